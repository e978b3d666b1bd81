use rdddy::prelude::*;

struct Anything;

async fn publish(system: &ActorSystem) {
    let _ = system.publish(Anything).await;
}

fn main() {}
