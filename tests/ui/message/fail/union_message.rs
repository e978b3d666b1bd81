use rdddy::prelude::*;

#[derive(Event)]
union Added {
    number: u32,
}

fn main() {}
