use rdddy::prelude::*;

#[derive(Entity)]
struct Customer {
    #[id]
    id: u64,
    #[id]
    name: String,
}

fn main() {}
