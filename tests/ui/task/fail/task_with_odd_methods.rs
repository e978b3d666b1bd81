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

#[task(timeout = "2", retry(max = 0, backoff = "10s..1s"), concurrency = 0)]
impl SendConfirmation {
    #[handler(fast)]
    async fn send(&mut self, event: OrderShipped) -> ConfirmationSent {
        ConfirmationSent { order: event.order }
    }

    #[handler]
    async fn nothing(&self) {}
}

fn main() {}
