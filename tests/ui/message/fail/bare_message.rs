use rdddy::prelude::*;

struct Anything;

impl Event for Anything {}

async fn publish(system: &ActorSystem) {
    let _ = system.publish(Anything).await;
}

fn main() {}
