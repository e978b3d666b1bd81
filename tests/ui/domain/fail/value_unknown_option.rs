use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(chek = *value > 0)]
struct Quantity(u32);

fn main() {}
