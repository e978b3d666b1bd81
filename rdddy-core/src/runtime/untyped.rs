//! Messages whose type is known at run time only: sends by actor id, and decoded messages.
#![expect(unsafe_code, reason = "moves messages between boxes and envelopes")]

use std::any::{Any, TypeId};
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::any_cell::AnyCell;
use super::cell::CellRef;
use super::envelope::{Parcel, Shared};
use super::handling::Handling;
use super::offer::{Refusal, Refused};
use crate::message::Event;

type Boxed = Box<dyn Any + Send>;

/// Why a message was not taken, with the message.
pub(crate) enum UntypedRejection {
    Unhandled(Boxed),
    Full(Boxed),
    Stopped(Boxed),
}

/// Takes events of one type out of boxes and back.
#[derive(Clone, Copy)]
pub(crate) struct Boxing {
    /// A share of the event in the box.
    open: fn(Boxed) -> Result<Shared, Boxed>,
    /// A box for the event that is shared.
    close: unsafe fn(Shared) -> Boxed,
}

impl Boxing {
    pub(crate) const fn of<E: Event>() -> Self {
        Boxing { open: open::<E>, close: close::<E> }
    }
}

fn open<E: Event>(event: Boxed) -> Result<Shared, Boxed> {
    event
        .downcast::<E>()
        .map(|event| Shared(Arc::into_raw(Arc::<E>::from(event)).cast_mut().cast()))
}

/// # Safety
///
/// It is a share of an `E`.
unsafe fn close<E: Event>(event: Shared) -> Boxed {
    // SAFETY: the caller's promise.
    let event = unsafe { Arc::from_raw(event.0.cast::<E>()) };
    // The only share: nobody else has seen it yet.
    match Arc::try_unwrap(event) {
        Ok(event) => Box::new(event),
        Err(shared) => Box::new(shared),
    }
}

/// Queues a message for an actor that handles messages of its type.
pub(crate) fn push(
    cell: &Arc<dyn AnyCell>,
    type_id: TypeId,
    message: Boxed,
) -> Result<(), UntypedRejection> {
    let Some(handler) = cell.handler_of(type_id).filter(|_| (*message).type_id() == type_id) else {
        return Err(UntypedRejection::Unhandled(message));
    };
    let (cell, handling) = (CellRef::from(cell), handler.handling);
    let pushed = match handler.boxing {
        // SAFETY: the message is of the type that the handler is for.
        None => unsafe { push_request(cell, handling, message) },
        Some(boxing) => {
            let event = (boxing.open)(message).map_err(UntypedRejection::Unhandled)?;
            // SAFETY: as above.
            unsafe { push_event(cell, handling, boxing, event) }
        }
    };
    pushed.map_err(|(why, message)| match why {
        Refusal::Wait | Refusal::Full => UntypedRejection::Full(message),
        Refusal::Closed => UntypedRejection::Stopped(message),
    })
}

/// # Safety
///
/// `handling` is for the message in the box.
unsafe fn push_request(
    cell: CellRef<'_>,
    handling: &'static Handling,
    message: Boxed,
) -> Result<(), (Refusal, Boxed)> {
    let size = size_of_val(&*message);
    let content = Box::into_raw(message);
    // SAFETY: the caller's promise. The content is moved into the parcel, and back if that is not
    // taken; what is left otherwise is a box without a content.
    unsafe {
        let parcel = Parcel::pack_from(handling, content.cast::<u8>());
        match cell.offer(parcel) {
            Ok(()) => {
                drop(Box::from_raw(content as *mut ManuallyDrop<dyn Any + Send>));
                Ok(())
            }
            Err(Refused { parcel, why }) => {
                let back = parcel.content().cast::<u8>();
                content.cast::<u8>().copy_from_nonoverlapping(back, size);
                parcel.discard();
                Err((why, Box::from_raw(content)))
            }
        }
    }
}

/// # Safety
///
/// `handling` is for the event, and `boxing` too.
unsafe fn push_event(
    cell: CellRef<'_>,
    handling: &'static Handling,
    boxing: Boxing,
    event: Shared,
) -> Result<(), (Refusal, Boxed)> {
    // SAFETY: the caller's promise.
    unsafe {
        cell.offer(Parcel::pack(handling, event))
            .map_err(|Refused { parcel, why }| (why, (boxing.close)(parcel.unpack())))
    }
}
