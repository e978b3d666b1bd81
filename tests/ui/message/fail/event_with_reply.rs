use rdddy::prelude::*;

#[derive(Event)]
#[event(reply = u32)]
struct Added(u32);

fn main() {}
