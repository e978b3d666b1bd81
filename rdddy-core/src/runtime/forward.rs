//! Letting another actor answer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use super::error::Unanswered;

type Reply<R, E> = Option<oneshot::Sender<Result<R, Unanswered<E>>>>;
/// What is left to do of a forward that could not be done at once.
pub(crate) type Dispatch = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An answer that another actor gives: made by [`ActorRef::forward`](super::ActorRef::forward), and
/// returned by a handler instead of a reply.
pub struct Forward<R, E> {
    dispatch: Box<dyn FnOnce(Reply<R, E>) -> Option<Dispatch> + Send>,
}

impl<R, E> Forward<R, E> {
    pub(crate) fn new(
        dispatch: impl FnOnce(Reply<R, E>) -> Option<Dispatch> + Send + 'static,
    ) -> Self {
        Forward { dispatch: Box::new(dispatch) }
    }

    /// Forwards at once, or returns what is left to do.
    pub(crate) fn dispatch(self, reply: Reply<R, E>) -> Option<Dispatch> {
        (self.dispatch)(reply)
    }
}

impl<R, E> fmt::Debug for Forward<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forward").finish_non_exhaustive()
    }
}
