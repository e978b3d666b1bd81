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
    async fn send(&self, event: &OrderShipped) -> Result<u64, std::fmt::Error> {
        Ok(event.order)
    }
}

fn main() {}
