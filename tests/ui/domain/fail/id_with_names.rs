use rdddy::prelude::*;

#[derive(Id)]
struct OrderId {
    number: u64,
}

fn main() {}
