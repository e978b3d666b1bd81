//! One command on its way through the host.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::committed::Committed;
use super::error::ExecuteError;
use crate::message::{Command, MessageId, Metadata};
use crate::runtime::System;

/// A command to be executed.
pub(crate) struct Order<C> {
    pub(crate) command: C,
    /// What it is known by, and what it follows from.
    pub(crate) metadata: Metadata,
    /// Whether it is carried out once, however often it comes with its id.
    pub(crate) once: bool,
    /// The process that gives it, if it is one.
    pub(crate) process: Option<&'static str>,
}

/// Whose command it is that a process gives, once.
pub(crate) struct Origin {
    /// The name of the process.
    pub(crate) process: &'static str,
    /// What the command is known by.
    pub(crate) id: MessageId,
    /// The message that it follows from.
    pub(crate) cause: Metadata,
}

/// What comes of a command.
pub(crate) type Executed<C> =
    Result<Committed<<C as crate::message::Request>::Reply>, ExecuteError<C>>;

pub(crate) type Executing<C> = Pin<Box<dyn Future<Output = Executed<C>> + Send>>;

/// Executes commands of one type, whatever aggregate decides about them.
pub(crate) trait Execute<C: Command>: Send + Sync {
    fn execute(self: Arc<Self>, system: Arc<System>, order: Order<C>) -> Executing<C>;
}
