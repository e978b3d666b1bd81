//! Faults that a test injects into the calls of one handle.

use crate::seam::sync::lock;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What goes wrong with one call of a memory store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// It fails before anything is stored or read.
    FailBefore,
    /// It is carried out, but the acknowledgement is lost.
    FailAfter,
    /// The handle is cut off before anything is stored: this call and all later ones fail.
    CrashBefore,
    /// The call is carried out; then the handle is cut off.
    CrashAfter,
}

/// The fault of a call.
#[derive(Debug, thiserror::Error)]
#[error("an injected fault: {0:?}")]
pub(super) struct Injected(pub(super) StoreFault);

#[derive(Default)]
pub(super) struct Faults(Mutex<State>);

/// Says what goes wrong with a call, by its number.
pub(super) type Chooser = Box<dyn Fn(u64) -> Option<StoreFault> + Send + Sync>;

#[derive(Default)]
struct State {
    calls: u64,
    planned: BTreeMap<u64, StoreFault>,
    chooser: Option<Chooser>,
    /// The crash that has cut the handle off.
    cut: Option<StoreFault>,
}

impl Faults {
    pub(super) fn plan(&self, call: u64, fault: StoreFault) {
        lock(&self.0).planned.insert(call, fault);
    }

    pub(super) fn choose_by(&self, chooser: Chooser) {
        lock(&self.0).chooser = Some(chooser);
    }

    pub(super) fn calls(&self) -> u64 {
        lock(&self.0).calls
    }

    /// The crash that has cut the handle off, if one has.
    pub(super) fn cut(&self) -> Option<StoreFault> {
        lock(&self.0).cut
    }

    /// Counts one call: what is to go wrong with it afterwards, if it may be carried out.
    pub(super) fn enter(&self) -> Result<Option<StoreFault>, Injected> {
        let mut state = lock(&self.0);
        if let Some(cut) = state.cut {
            return Err(Injected(cut));
        }
        state.calls += 1;
        let call = state.calls;
        let fault = state.planned.remove(&call);
        let fault = fault.or_else(|| state.chooser.as_ref().and_then(|chooser| chooser(call)));
        match fault {
            Some(fault @ StoreFault::FailBefore) => Err(Injected(fault)),
            Some(fault @ StoreFault::CrashBefore) => {
                state.cut = Some(fault);
                Err(Injected(fault))
            }
            other => Ok(other),
        }
    }

    /// The call has been carried out.
    pub(super) fn leave(&self, fault: Option<StoreFault>) -> Result<(), Injected> {
        let mut state = lock(&self.0);
        if fault == Some(StoreFault::CrashAfter) {
            state.cut = fault;
        }
        match fault.or(state.cut) {
            Some(fault) => Err(Injected(fault)),
            None => Ok(()),
        }
    }
}
