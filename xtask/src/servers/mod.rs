//! Servers that tests need, started for them and stopped again.

pub(crate) mod postgres;
