//! How many messages wait, and what the owner of a cell should attend to, in one word: taking a
//! message out tells the owner at no further cost whether anything else is up.

use crate::seam::sync::{AtomicU64, Ordering};

/// Something for the owner of a cell to attend to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signals(u64);

impl Signals {
    /// Senders wait for room.
    pub(crate) const WAITERS: Self = Signals(1 << 32);
    /// Somebody asks for the cell.
    pub(crate) const HANDOVER: Self = Signals(1 << 33);
    /// The running handler is to be cancelled.
    pub(crate) const CANCEL: Self = Signals(1 << 34);
    /// A message in the control lane waits.
    pub(crate) const CONTROL: Self = Signals(1 << 35);
    /// Messages wait in the ring of a mailbox that drops the oldest.
    pub(crate) const RING: Self = Signals(1 << 36);

    /// All that keep the owner from giving the cell up.
    const URGENT: Self =
        Signals(Self::HANDOVER.0 | Self::CANCEL.0 | Self::CONTROL.0 | Self::RING.0);

    pub(crate) const fn or(self, other: Self) -> Self {
        Signals(self.0 | other.0)
    }

    #[inline]
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[inline]
    pub(crate) const fn urgent(self) -> bool {
        self.has(Self::URGENT)
    }
}

/// See the module.
pub(crate) struct Gate(AtomicU64);

impl Gate {
    pub(crate) fn new() -> Self {
        Gate(AtomicU64::new(0))
    }

    /// Counts one more message in, unless `capacity` wait already.
    #[inline]
    pub(crate) fn admit(&self, capacity: u32) -> bool {
        let waiting = length(self.0.fetch_add(1, Ordering::AcqRel));
        if waiting < capacity {
            return true;
        }
        self.0.fetch_sub(1, Ordering::AcqRel);
        false
    }

    /// Counts one more message in, room or not.
    pub(crate) fn admit_always(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// Counts one message out; how many are left, and what is up.
    #[inline]
    pub(crate) fn leave(&self) -> (u32, Signals) {
        let word = self.0.fetch_sub(1, Ordering::AcqRel) - 1;
        (length(word), Signals(word))
    }

    pub(crate) fn waiting(&self) -> u32 {
        length(self.0.load(Ordering::Acquire))
    }

    #[inline]
    pub(crate) fn signals(&self) -> Signals {
        Signals(self.0.load(Ordering::SeqCst))
    }

    /// Raises `signals`; how many messages wait.
    pub(crate) fn raise(&self, signals: Signals) -> u32 {
        length(self.0.fetch_or(signals.0, Ordering::SeqCst))
    }

    pub(crate) fn lower(&self, signals: Signals) {
        self.0.fetch_and(!signals.0, Ordering::SeqCst);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half of the word")]
const fn length(word: u64) -> u32 {
    word as u32
}
