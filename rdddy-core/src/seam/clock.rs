//! Time: tokio's clock, or a simulation's.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::deadlines::{Deadline, Deadlines};
use super::simulation::{Simulation, VirtualSleep};
use crate::message::Timestamp;

/// The moment a system was started.
#[derive(Clone, Copy)]
pub(super) struct Started(tokio::time::Instant);

impl Started {
    /// tokio's clock, so that a test with tokio's paused time sees one time only.
    pub(super) fn now() -> Self {
        Started(tokio::time::Instant::now())
    }

    pub(super) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub(super) fn wall() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Completes after a while.
pub(crate) struct Sleep(Clock);

enum Clock {
    Tokio(Pin<Box<tokio::time::Sleep>>),
    Virtual(VirtualSleep),
    Deadline(Deadline),
    /// tokio was built or started without its time driver, or is gone.
    Never,
}

impl Sleep {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    pub(super) fn tokio(runtime: &tokio::runtime::Handle, duration: Duration) -> Self {
        let _entered = runtime.enter();
        let sleep = std::panic::catch_unwind(|| Box::pin(tokio::time::sleep(duration)));
        Sleep(sleep.map_or(Clock::Never, Clock::Tokio))
    }

    pub(super) fn deadline(deadlines: &Arc<Deadlines>, now: Duration, duration: Duration) -> Self {
        Sleep(Clock::Deadline(Deadline::new(deadlines, now.saturating_add(duration))))
    }

    pub(super) fn simulated(simulation: &Arc<Simulation>, duration: Duration) -> Self {
        Sleep(Clock::Virtual(VirtualSleep::new(simulation, duration)))
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Clock::Tokio(sleep) => ready!(sleep.as_mut().poll(cx)),
            Clock::Virtual(sleep) => ready!(Pin::new(sleep).poll(cx)),
            Clock::Deadline(deadline) => ready!(Pin::new(deadline).poll(cx)),
            Clock::Never => return Poll::Pending,
        }
        Poll::Ready(())
    }
}
