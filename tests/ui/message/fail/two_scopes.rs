use rdddy::prelude::*;

#[derive(Event)]
#[event(external, ui)]
struct OrderPlaced;

fn main() {}
