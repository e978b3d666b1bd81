use rdddy::prelude::*;

#[derive(Event)]
#[event(name = "order placed")]
struct OrderPlaced;

fn main() {}
