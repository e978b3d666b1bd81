//! What every macro uses: mistakes and their codes, options, durations, the path of the crate.

pub(crate) mod attributes;
pub(crate) mod codes;
pub(crate) mod duration;
pub(crate) mod guard;
pub(crate) mod krate;
pub(crate) mod mistakes;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod relocate;
pub(crate) mod suggest;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod text;
