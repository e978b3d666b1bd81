//! Whose turn it is: what the handler running on this thread is about. Sends look here for the
//! cause of a new message, for the deadline that it inherits, and for who waits for whom.
#![expect(unsafe_code, reason = "a thread-local borrow of the running handler's context")]

use std::cell::Cell;
use std::ptr::null;
use std::sync::Arc;
use std::time::Duration;

use super::cell::CellRef;
use super::id::ActorId;
use crate::message::Metadata;

/// By when the message being handled must be answered, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(u64);

impl Deadline {
    /// Nobody waits.
    pub(crate) const NONE: Self = Deadline(u64::MAX);
    /// The other nanoseconds count from the system's start.
    const RELATIVE: u64 = 1 << 63;

    /// This long after the handler began, which is now at the earliest: an ask that runs on its
    /// caller does not look at the clock.
    #[inline]
    pub(crate) fn within(duration: Duration) -> Self {
        Deadline(nanos(duration) | Self::RELATIVE)
    }

    /// At this time since the system's start.
    pub(crate) fn at(due: Duration) -> Self {
        Deadline(nanos(due))
    }

    /// How much time is left `now`, since the system's start.
    pub(crate) fn left(self, now: Duration) -> Option<Duration> {
        if self == Self::NONE {
            return None;
        }
        let time = Duration::from_nanos(self.0 & !Self::RELATIVE);
        let relative = self.0 & Self::RELATIVE != 0;
        Some(if relative { time } else { time.saturating_sub(now) })
    }
}

/// Nanoseconds, in 63 bits: 292 years.
#[inline]
fn nanos(duration: Duration) -> u64 {
    let most = Deadline::RELATIVE - 1;
    u64::try_from(duration.as_nanos()).unwrap_or(most).min(most - 1)
}

/// What the handler running on this thread is about.
pub(crate) struct Turn {
    pub(crate) actor: ActorId,
    pub(crate) system: *const (),
    pub(crate) metadata: Option<Arc<Metadata>>,
    pub(crate) deadline: Deadline,
}

impl Turn {
    /// The turn of the actor in `cell`.
    #[inline]
    pub(crate) fn new(
        cell: CellRef<'_>,
        metadata: Option<Arc<Metadata>>,
        deadline: Deadline,
    ) -> Self {
        Turn { actor: cell.id(), system: cell.system().address(), metadata, deadline }
    }
}

// SAFETY: `system` is an address to compare, never followed.
unsafe impl Send for Turn {}
// SAFETY: as above.
unsafe impl Sync for Turn {}

thread_local! {
    static CURRENT: Cell<*const Turn> = const { Cell::new(null()) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Makes `turn` the current one until it is dropped.
pub(crate) struct Current(*const Turn);

impl Current {
    /// # Safety
    ///
    /// The guard is dropped before `turn` is, on this thread.
    #[inline]
    pub(crate) unsafe fn enter(turn: *const Turn) -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Current(CURRENT.replace(turn))
    }
}

impl Drop for Current {
    #[inline]
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        CURRENT.set(self.0);
    }
}

/// How many handlers run inside one another on this thread.
#[inline]
pub(crate) fn depth() -> u32 {
    DEPTH.get()
}

/// Looks at the current turn, if the running handler belongs to `system`.
#[inline]
pub(crate) fn current<T>(system: *const (), look: impl FnOnce(&Turn) -> T) -> Option<T> {
    let turn = CURRENT.get();
    // SAFETY: set by `Current::enter`, whose caller keeps the turn alive until the guard is gone.
    let turn = unsafe { turn.as_ref() }?;
    (turn.system == system).then(|| look(turn))
}
