use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(max = "many")]
struct Quantity(u32);

fn main() {}
