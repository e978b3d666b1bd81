use rdddy::prelude::*;

struct Anything;

fn publish(system: &ActorSystem) {
    drop(system.publish(Anything));
}

fn main() {}
