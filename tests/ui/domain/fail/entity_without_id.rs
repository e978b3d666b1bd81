use rdddy::prelude::*;

#[derive(Entity)]
struct Customer {
    name: String,
}

fn main() {}
