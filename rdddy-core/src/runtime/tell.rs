//! Telling: a message that nobody waits for the handling of.
#![expect(unsafe_code, reason = "takes back the message that it packed")]

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use super::cell::CellRef;
use super::envelope::Parcel;
use super::error::SendError;
use super::handling::Handling;
use super::offer::{Offering, Refusal, Refused};
use crate::limits;
use crate::message::Request;

/// A message on its way into a mailbox. It is sent when this is first polled.
///
/// # Cancel safety
///
/// When it is dropped before it is ready, the message was not sent.
#[must_use = "a message is sent when this is awaited"]
pub struct Tell<'a, M: Request> {
    sending: Sending<'a>,
    message: PhantomData<fn(M)>,
}

impl<'a, M: Request> Tell<'a, M> {
    #[inline]
    pub(crate) fn new(target: CellRef<'a>, handling: &'static Handling, message: M) -> Self {
        // SAFETY: the handling of an `M`.
        let parcel = unsafe { Parcel::pack(handling, message) };
        Tell { sending: Sending { target, stage: Stage::Unsent(parcel) }, message: PhantomData }
    }
}

impl<M: Request> Future for Tell<'_, M> {
    type Output = Result<(), SendError<M>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        // SAFETY: a tell packs its own message.
        self.sending.poll(cx).map(|sent| sent.map_err(|back| unsafe { send_error(back) }))
    }
}

impl<M: Request> fmt::Debug for Tell<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tell<{}>({})", M::name(), self.sending.target.path())
    }
}

/// Sends a message if there is room for it right now.
#[inline]
pub(crate) fn try_tell<M: Request>(
    target: CellRef<'_>,
    handling: &'static Handling,
    message: M,
) -> Result<(), SendError<M>> {
    // SAFETY: the handling of an `M`, which is what comes back.
    unsafe {
        target.offer(Parcel::pack(handling, message)).map_err(|Refused { parcel, why }| {
            let full = if why == Refusal::Wait { Refusal::Full } else { why };
            send_error(Refused { parcel, why: full })
        })
    }
}

/// # Safety
///
/// What came back was packed from an `M`.
#[cold]
unsafe fn send_error<M>(Refused { parcel, why }: Refused) -> SendError<M> {
    // SAFETY: the caller's promise.
    let message = unsafe { parcel.unpack::<M>() };
    match why {
        Refusal::Wait => SendError::TimedOut(message),
        Refusal::Full => SendError::Full(message),
        Refusal::Closed => SendError::Stopped(message),
    }
}

/// The sending of a message, whatever it is.
struct Sending<'a> {
    target: CellRef<'a>,
    stage: Stage,
}

enum Stage {
    Unsent(Parcel),
    /// Waiting for room.
    Queueing(Box<Offering>),
    Over,
}

impl Sending<'_> {
    #[inline]
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Refused>> {
        if let Stage::Unsent(_) = self.stage
            && let Stage::Unsent(parcel) = std::mem::replace(&mut self.stage, Stage::Over)
        {
            match self.target.offer(parcel) {
                Err(Refused { parcel, why: Refusal::Wait }) => self.queue(parcel),
                sent => return Poll::Ready(sent),
            }
        }
        self.poll_queueing(cx)
    }

    #[cold]
    fn queue(&mut self, parcel: Parcel) {
        let offering = Offering::new(self.target.to_arc(), parcel, limits::SEND_TIMEOUT);
        self.stage = Stage::Queueing(Box::new(offering));
    }

    #[cold]
    fn poll_queueing(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Refused>> {
        let Stage::Queueing(offering) = &mut self.stage else {
            // Polled again after it was ready: a future may do anything but misbehave.
            return Poll::Pending;
        };
        let sent = Pin::new(offering).poll(cx);
        if sent.is_ready() {
            self.stage = Stage::Over;
        }
        sent
    }
}
