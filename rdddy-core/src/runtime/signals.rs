//! What the owner of a cell should attend to.

use crate::seam::sync::{AtomicU8, Ordering, order_for_loom};

/// Something for the owner of a cell to attend to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signals(u8);

impl Signals {
    /// Senders wait for room.
    pub(crate) const WAITERS: Self = Signals(1);
    /// Somebody asks for the cell.
    pub(crate) const HANDOVER: Self = Signals(1 << 1);
    /// The running handler is to be cancelled.
    pub(crate) const CANCEL: Self = Signals(1 << 2);
    /// A message in the control lane waits.
    pub(crate) const CONTROL: Self = Signals(1 << 3);
    /// Messages wait in the ring of a mailbox that drops the oldest.
    pub(crate) const RING: Self = Signals(1 << 4);

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

/// The signals that are up. Rarely written, so that looking at them for each message is cheap.
pub(crate) struct SignalSet(AtomicU8);

impl SignalSet {
    pub(crate) fn new() -> Self {
        SignalSet(AtomicU8::new(0))
    }

    #[inline]
    pub(crate) fn get(&self) -> Signals {
        order_for_loom();
        Signals(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn raise(&self, signals: Signals) {
        self.0.fetch_or(signals.0, Ordering::SeqCst);
        order_for_loom();
    }

    pub(crate) fn lower(&self, signals: Signals) {
        self.0.fetch_and(!signals.0, Ordering::SeqCst);
    }
}
