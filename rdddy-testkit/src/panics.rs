//! Panics while a world runs: kept for the report instead of being printed one by one.
//!
//! An exploration provokes panics by the hundred. The first use wraps the process's panic hook: on a
//! thread that runs a world it takes notes, elsewhere it does what was done before.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use crate::limits;

thread_local! {
    /// What was noted, while a world runs on this thread.
    static NOTES: RefCell<Option<VecDeque<String>>> = const { RefCell::new(None) };
}

/// What a piece of work came to, and the panics there were meanwhile: caught by the runtime, or
/// what ended the work, which is then the last.
pub(crate) struct Watched<T> {
    /// `None` when a panic ended it.
    pub(crate) out: Option<T>,
    pub(crate) panics: Vec<String>,
}

/// Runs `work`, and takes note of panics.
pub(crate) fn watch<T>(work: impl FnOnce() -> T) -> Watched<T> {
    static WRAPPED: Once = Once::new();
    WRAPPED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !note(info) {
                before(info);
            }
        }));
    });
    let outer = NOTES.replace(Some(VecDeque::new()));
    let out = panic::catch_unwind(AssertUnwindSafe(work));
    let panics = NOTES.replace(outer).unwrap_or_default();
    Watched { out: out.ok(), panics: panics.into() }
}

/// Whether panics on this thread end up in a report, which also shows the log.
pub(crate) fn are_reported() -> bool {
    NOTES.with_borrow(Option::is_some)
}

/// Takes note of a panic; false when no world runs on this thread.
fn note(info: &PanicHookInfo<'_>) -> bool {
    NOTES
        .try_with(|notes| {
            // Borrowed only while `watch` looks at it, which does not panic.
            let mut notes = notes.borrow_mut();
            let Some(notes) = notes.as_mut() else { return false };
            if notes.len() >= limits::REPORTED_PANICS {
                notes.pop_front();
            }
            notes.push_back(describe(info));
            true
        })
        .unwrap_or(false)
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("a panic without a message");
    let mut text = match info.location() {
        Some(at) => format!("panicked at {at}:\n{said}"),
        None => format!("panicked:\n{said}"),
    };
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        text.push_str(&format!("\n{backtrace}"));
    }
    text
}
