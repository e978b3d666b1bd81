//! A time limit, so that a store that hangs fails its test.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How long a law may take, in real time. A store that works needs a small part of it.
pub const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Runs `law` on a thread of its own.
///
/// # Panics
///
/// As `law` does; and when it does not end within [`TIME_LIMIT`].
pub fn in_time(name: &'static str, law: impl FnOnce() + Send + 'static) {
    within(TIME_LIMIT, name, law);
}

#[expect(clippy::panic, reason = "a law that does not end fails its test")]
fn within(limit: Duration, name: &'static str, law: impl FnOnce() + Send + 'static) {
    let (ended, end) = sync_channel::<()>(0);
    let thread = std::thread::spawn(move || {
        // Dropped when the law ends, however it ends.
        let _ended = ended;
        law();
    });
    if end.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
        panic!("`{name}` did not end within {limit:?}: the store left somebody waiting");
    }
    if let Err(broken) = thread.join() {
        std::panic::resume_unwind(broken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "`sleepy` did not end")]
    fn a_law_that_hangs_fails() {
        within(Duration::from_millis(1), "sleepy", || {
            loop {
                std::thread::park();
            }
        });
    }

    #[test]
    #[should_panic(expected = "as it is")]
    fn a_law_that_is_broken_fails_as_it_is() {
        in_time("broken", || panic!("as it is"));
    }
}
