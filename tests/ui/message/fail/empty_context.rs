use rdddy::prelude::*;

#[derive(Event)]
#[event(context = "")]
struct OrderPlaced;

fn main() {}
