use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

fn publish(system: &ActorSystem) {
    drop(system.publish(Add(1)));
}

fn main() {}
