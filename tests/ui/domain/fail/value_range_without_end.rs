use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(range = 7)]
struct Quantity(u32);

fn main() {}
