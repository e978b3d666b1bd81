//! On the real runtime, with threads: what no simulation of one thread can show.
#![expect(clippy::disallowed_methods, reason = "who asks is not part of the system")]

mod ask;
mod blocking;
mod chaos;
mod kill;
mod publish;
mod shutdown;
mod storm;
mod tell;
