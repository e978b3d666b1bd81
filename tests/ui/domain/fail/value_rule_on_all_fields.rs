use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(max = 3)]
struct Period {
    from: u32,
    to: u32,
}

fn main() {}
