// rdddy::E045: the compiler finds the second `PartialEq`.
use rdddy::prelude::*;

#[derive(Entity, PartialEq)]
struct Customer {
    #[id]
    id: u64,
    name: String,
}

fn main() {}
