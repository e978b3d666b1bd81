use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(check = *value + 1)]
struct Quantity(u32);

fn main() {}
