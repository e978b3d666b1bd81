use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct OrderShipped {
    order: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct ConfirmationSent {
    order: u64,
}

struct SendConfirmation;

#[task]
impl SendConfirmation {
    #[handler]
    async fn send(&self, event: &OrderShipped, cx: &TaskContext<'_>) -> Option<ConfirmationSent> {
        (cx.attempt() > 1).then_some(ConfirmationSent { order: event.order })
    }
}

struct Print {
    copies: u32,
}

#[task(name = "Printing", timeout = "10s", retry(max = 2, backoff = "1s..1m"), concurrency = 1)]
impl Print {
    #[handler]
    fn shipped(&self, event: &OrderShipped) -> Result<(), rdddy::BoxError> {
        if self.copies == 0 { Err("no paper".into()) } else { self.print(event.order) }
    }

    #[handler]
    async fn sent(_: &ConfirmationSent) {}

    fn print(&self, _: u64) -> Result<(), rdddy::BoxError> {
        Ok(())
    }
}

fn main() {
    assert!(<Print as Task>::name().ends_with(".Printing"));
    let _ = ActorSystem::builder().task(SendConfirmation).task(Print { copies: 1 });
}
