use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(message = "a quantity is between 1 and 999")]
struct Quantity(u32);

fn main() {}
