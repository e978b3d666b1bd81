use rdddy::prelude::*;

struct Counter(u32);

fn spawn(system: &ActorSystem) {
    drop(system.spawn(Counter(0)));
}

fn main() {}
