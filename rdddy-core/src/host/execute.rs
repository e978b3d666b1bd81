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
    /// What it is known by, so that it is carried out once, however often it comes.
    pub(crate) id: Option<MessageId>,
    /// The message that it follows from, unless that is the one that is being handled.
    pub(crate) cause: Option<Metadata>,
}

/// What comes of a command.
pub(crate) type Executed<C> =
    Result<Committed<<C as crate::message::Request>::Reply>, ExecuteError<C>>;

pub(crate) type Executing<C> = Pin<Box<dyn Future<Output = Executed<C>> + Send>>;

/// Executes commands of one type, whatever aggregate decides about them.
pub(crate) trait Execute<C: Command>: Send + Sync {
    fn execute(self: Arc<Self>, system: Arc<System>, order: Order<C>) -> Executing<C>;
}
