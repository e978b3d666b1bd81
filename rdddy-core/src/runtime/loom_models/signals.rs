//! Who raises a signal and cannot claim the cell knows that its owner looks again.
#![expect(unsafe_code, reason = "plays the owner")]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use super::explore;
use crate::runtime::mailbox::{Mailbox, Ready};
use crate::runtime::signals::{SignalSet, Signals};

/// A cell without messages.
struct Desk {
    mailbox: Mailbox,
    ready: Ready,
    signals: SignalSet,
    /// The owner's: how often a signal was attended to.
    attended: UnsafeCell<u32>,
}

// SAFETY: `ready` is touched by the owner only; that there is one is what `attended` checks.
unsafe impl Sync for Desk {}
// SAFETY: as above.
unsafe impl Send for Desk {}

impl Desk {
    fn new(mailbox: Mailbox) -> Arc<Self> {
        Arc::new(Desk {
            mailbox,
            ready: Ready::beside(()),
            signals: SignalSet::new(),
            attended: UnsafeCell::new(0),
        })
    }

    /// `Cell::signal`, whose caller runs the cell if it has to be scheduled.
    fn signal(&self, signals: Signals) {
        self.signals.raise(signals);
        if self.mailbox.try_claim() {
            self.run();
        }
    }

    /// `Cell::run_batch`, without messages.
    fn run(&self) {
        loop {
            for urgent in [Signals::HANDOVER, Signals::CONTROL] {
                if self.signals.get().has(urgent) {
                    self.signals.lower(urgent);
                    // SAFETY: called by the owner.
                    self.attended.with_mut(|attended| unsafe { *attended += 1 });
                }
            }
            if self.release() {
                return;
            }
        }
    }

    /// `Cell::release`.
    fn release(&self) -> bool {
        // SAFETY: called by the owner.
        if !unsafe { self.mailbox.release(&self.ready) } {
            return false;
        }
        !(self.signals.get().urgent() && self.mailbox.try_claim())
    }

    fn attended(&self) -> u32 {
        // SAFETY: all threads have been joined.
        self.attended.with(|attended| unsafe { *attended })
    }
}

fn signal(desk: &Arc<Desk>, signals: Signals) -> thread::JoinHandle<()> {
    let desk = Arc::clone(desk);
    thread::spawn(move || desk.signal(signals))
}

#[test]
fn a_signal_to_an_owner_that_lets_go() {
    explore("signals: raise against release", 4, || {
        let desk = Desk::new(Mailbox::owned());
        let raised = signal(&desk, Signals::HANDOVER);
        desk.run();
        raised.join().unwrap();
        assert_eq!(desk.attended(), 1);
        assert!(desk.mailbox.is_idle());
    });
}

#[test]
fn two_signals_to_an_owner_that_lets_go() {
    explore("signals: two against release", 3, || {
        let desk = Desk::new(Mailbox::owned());
        let raised = [Signals::HANDOVER, Signals::CONTROL].map(|one| signal(&desk, one));
        desk.run();
        raised.into_iter().for_each(|raised| raised.join().unwrap());
        assert_eq!(desk.attended(), 2);
        assert!(desk.mailbox.is_idle());
    });
}

#[test]
fn a_signal_while_a_caller_claims_quietly() {
    explore("signals: raise against a quiet claim", 4, || {
        let desk = Desk::new(Mailbox::idle());
        let raised = signal(&desk, Signals::CONTROL);
        // `Cell::claim_quietly`, then what follows a message handled in place.
        if desk.mailbox.try_claim() && (desk.signals.get().urgent() || !desk.release()) {
            desk.run();
        }
        raised.join().unwrap();
        assert_eq!(desk.attended(), 1);
        assert!(desk.mailbox.is_idle());
    });
}
