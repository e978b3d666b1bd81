//! Answers on their way: to an asker that waits, or to one that runs the handler itself.
#![expect(unsafe_code, reason = "type-erased answers, and a place for one on the asker's stack")]

use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;

use tokio::sync::oneshot;

use super::blocks::{self, Block};
use super::event::{DeadReason, Failure};

/// What a waiting asker gets: the answer, a `Result` of the message's reply and error, or why there
/// is none.
pub(crate) type Response = Result<Answer, Lost>;

/// The way to a waiting asker.
pub(crate) type ReplyTo = oneshot::Sender<Response>;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Lost {
    Failed(Failure),
    DeadLetter(DeadReason),
}

/// A value whose type only its two ends know.
pub(crate) struct Answer {
    value: NonNull<u8>,
    /// Ends it, and takes its memory back.
    drop: unsafe fn(NonNull<u8>),
}

// SAFETY: made of values that are `Send`.
unsafe impl Send for Answer {}

impl Answer {
    fn new<T: Send>(value: T) -> Self {
        let place = blocks::allocate(const { Block::of::<T>() });
        // SAFETY: fresh memory for this very type.
        unsafe { place.cast().write(value) };
        // SAFETY: called with this place, once.
        Answer { value: place, drop: |place| drop(unsafe { take::<T>(place) }) }
    }

    /// # Safety
    ///
    /// It was made of a `T`.
    pub(crate) unsafe fn take<T>(self) -> T {
        // SAFETY: the caller's promise; it is not dropped.
        unsafe { take(ManuallyDrop::new(self).value) }
    }
}

/// # Safety
///
/// `place` was allocated for a `T` and holds one; it is not used again.
unsafe fn take<T>(place: NonNull<u8>) -> T {
    // SAFETY: the caller's promise.
    unsafe {
        let value = place.cast().read();
        blocks::free(place, const { Block::of::<T>() });
        value
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // SAFETY: nobody took the value.
        unsafe { (self.drop)(self.value) }
    }
}

/// What became of an ask that ran on its asker.
pub(crate) enum InPlace {
    /// Nothing was said.
    Silent,
    /// The answer is in the place.
    Answered,
    /// The handler waits; the answer comes here.
    Later(oneshot::Receiver<Response>),
    Lost(Lost),
}

/// Where a handler that runs on its asker leaves the answer.
#[repr(C)]
pub(crate) struct Place<T> {
    became: InPlace,
    answer: MaybeUninit<T>,
}

impl<T> Place<T> {
    #[inline]
    pub(crate) fn new() -> Self {
        Place { became: InPlace::Silent, answer: MaybeUninit::uninit() }
    }

    /// The place, for a reply.
    #[inline]
    pub(crate) fn untyped(&mut self) -> NonNull<InPlace> {
        NonNull::from(self).cast()
    }

    /// What became of the ask, and the answer if it was answered.
    #[inline]
    pub(crate) fn into_outcome(self) -> Result<T, InPlace> {
        match self.became {
            // SAFETY: written before `became` was set.
            InPlace::Answered => Ok(unsafe { self.answer.assume_init() }),
            became => Err(became),
        }
    }
}

/// Who waits for the answer.
pub(crate) enum Reply {
    Nobody,
    Channel(ReplyTo),
    /// The caller, on whose stack the handler runs.
    Caller(NonNull<InPlace>),
}

// SAFETY: a caller's place is written to before the call returns, on its own thread; a handler that
// waits has exchanged it for a channel.
unsafe impl Send for Reply {}

impl From<Option<ReplyTo>> for Reply {
    fn from(reply: Option<ReplyTo>) -> Self {
        reply.map_or(Reply::Nobody, Reply::Channel)
    }
}

impl Reply {
    pub(crate) fn is_awaited(&self) -> bool {
        !matches!(self, Reply::Nobody)
    }

    /// Answers. `T` is the `Result` of the message's reply and error.
    #[inline]
    pub(crate) fn answer<T: Send>(self, answer: T) {
        match self {
            Reply::Nobody => {}
            Reply::Channel(reply) => {
                // An asker that is gone does not mind.
                let _ = reply.send(Ok(Answer::new(answer)));
            }
            // SAFETY: the caller is still waiting for the call to return, and its place is one for
            // this very type.
            Reply::Caller(place) => unsafe {
                let place = place.cast::<Place<T>>().as_ptr();
                (&raw mut (*place).answer).write(MaybeUninit::new(answer));
                (*place).became = InPlace::Answered;
            },
        }
    }

    /// Says that there is no answer.
    pub(crate) fn lose(self, lost: Lost) {
        match self {
            Reply::Nobody => {}
            Reply::Channel(reply) => {
                // An asker that is gone does not mind.
                let _ = reply.send(Err(lost));
            }
            // SAFETY: the caller is still waiting for the call to return.
            Reply::Caller(place) => unsafe { *place.as_ptr() = InPlace::Lost(lost) },
        }
    }

    /// The way to whoever waits, which may take longer than the present call.
    pub(crate) fn into_channel(self) -> Option<ReplyTo> {
        match self {
            Reply::Nobody => None,
            Reply::Channel(reply) => Some(reply),
            Reply::Caller(place) => {
                let (reply, later) = oneshot::channel();
                // SAFETY: the caller is still waiting for the call to return.
                unsafe { *place.as_ptr() = InPlace::Later(later) };
                Some(reply)
            }
        }
    }
}
