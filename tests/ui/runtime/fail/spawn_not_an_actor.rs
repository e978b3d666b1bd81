use rdddy::prelude::*;

struct Counter(u32);

async fn spawn(system: &ActorSystem) {
    let _ = system.spawn(Counter(0)).await;
}

fn main() {}
