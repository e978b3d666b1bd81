use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(min = 1)]
struct Quantity(pub u32);

fn main() {}
