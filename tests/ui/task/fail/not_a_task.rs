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

fn main() {
    let _ = ActorSystem::builder().task(SendConfirmation);
}
