use rdddy::prelude::*;

#[derive(Id)]
struct OrderId(pub u64);

fn main() {}
