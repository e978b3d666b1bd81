//! Threads of the store, each with a runtime of its own.

use std::thread::JoinHandle;

use tokio::runtime::{Builder, Runtime};

use crate::error::OpenError;

/// A runtime that runs on the thread that waits for it.
pub(crate) fn runtime() -> Result<Runtime, OpenError> {
    Builder::new_current_thread().enable_all().build().map_err(refused)
}

pub(crate) fn start(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(refused)
}

fn refused(source: std::io::Error) -> OpenError {
    OpenError::Refused { source: source.into() }
}
