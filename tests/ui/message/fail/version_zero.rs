use rdddy::prelude::*;

#[derive(Event)]
#[event(version = 0)]
struct OrderPlaced;

fn main() {}
