use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

async fn publish(system: &ActorSystem) {
    let _ = system.publish(Add(1)).await;
}

fn main() {}
