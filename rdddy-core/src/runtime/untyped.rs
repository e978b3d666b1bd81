//! Messages whose type is known at run time only: sends by actor id, and decoded messages.

use std::any::{Any, TypeId};
use std::sync::Arc;

use super::actor::Actor;
use super::cell::Cell;
use super::deliver::{Published, Told};
use super::handler::{EventHandler, Handler, HandlerEntry};
use super::offer::Refused;
use crate::message::{Event, Request};

pub(crate) type PushUntyped<A> =
    fn(&Arc<Cell<A>>, Box<dyn Any + Send>) -> Result<(), UntypedRejection>;

/// Why a message was not taken, with the message.
pub(crate) enum UntypedRejection {
    Unhandled(Box<dyn Any + Send>),
    Full(Box<dyn Any + Send>),
    Stopped(Box<dyn Any + Send>),
}

/// Looks the message's type up in the actor's dispatch table.
pub(crate) fn push<A: Actor>(
    cell: &Arc<Cell<A>>,
    type_id: TypeId,
    message: Box<dyn Any + Send>,
) -> Result<(), UntypedRejection> {
    // Not `handler.type_id()`: on a reference that is the one of `Any`.
    match A::HANDLERS.iter().find(|handler| HandlerEntry::type_id(handler) == type_id) {
        Some(handler) => (handler.push)(cell, message),
        None => Err(UntypedRejection::Unhandled(message)),
    }
}

pub(crate) fn push_request<A: Handler<M>, M: Request>(
    cell: &Arc<Cell<A>>,
    message: Box<dyn Any + Send>,
) -> Result<(), UntypedRejection> {
    let message = message.downcast::<M>().map_err(UntypedRejection::Unhandled)?;
    cell.offer(Told(*message)).map_err(|refused| match refused {
        Refused::Wait(Told(message)) | Refused::Full(Told(message)) => {
            UntypedRejection::Full(Box::new(message))
        }
        Refused::Closed(Told(message)) => UntypedRejection::Stopped(Box::new(message)),
    })
}

pub(crate) fn push_event<A: EventHandler<E>, E: Event>(
    cell: &Arc<Cell<A>>,
    event: Box<dyn Any + Send>,
) -> Result<(), UntypedRejection> {
    let event = event.downcast::<E>().map_err(UntypedRejection::Unhandled)?;
    let give_back = |published: Published<E>| -> Box<dyn Any + Send> {
        // The only share: nobody else has seen it yet.
        match Arc::try_unwrap(published.event) {
            Ok(event) => Box::new(event),
            Err(shared) => Box::new(shared),
        }
    };
    let published = Published { event: Arc::new(*event), attempt: 1 };
    cell.offer(published).map_err(|refused| match refused {
        Refused::Wait(published) | Refused::Full(published) => {
            UntypedRejection::Full(give_back(published))
        }
        Refused::Closed(published) => UntypedRejection::Stopped(give_back(published)),
    })
}
