use rdddy::prelude::*;

struct Anything;

impl rdddy::message::Event for Anything {}

fn publish(system: &ActorSystem) {
    drop(system.publish(Anything));
}

fn main() {}
