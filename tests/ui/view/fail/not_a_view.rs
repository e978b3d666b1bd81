use rdddy::prelude::*;

struct OrderPage;

fn look(system: &ActorSystem) {
    system.mount(OrderPage);
}

fn main() {}
