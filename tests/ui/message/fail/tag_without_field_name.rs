use rdddy::prelude::*;

#[derive(Event)]
struct OrderPlaced(#[tag] u32);

fn main() {}
