//! Futures that wait for nobody.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// What `future` comes to, if it waits for nobody but itself: it may let others go first, of whom
/// there are none here.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let again = Arc::new(Again::default());
    let waker = Waker::from(Arc::clone(&again));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return Some(output),
            Poll::Pending if again.0.swap(false, Ordering::Relaxed) => {}
            Poll::Pending => return None,
        }
    }
}

/// Whether it is to be polled again.
#[derive(Default)]
struct Again(AtomicBool);

impl Wake for Again {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_itself_ends_and_what_waits_for_others_does_not() {
        let mut steps = 3;
        let steps = std::future::poll_fn(move |cx| {
            steps -= 1;
            cx.waker().wake_by_ref();
            if steps == 0 { Poll::Ready(7) } else { Poll::Pending }
        });
        assert_eq!(at_once(steps), Some(7));
        assert_eq!(at_once(std::future::pending::<()>()), None);
    }
}
