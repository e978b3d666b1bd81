use rdddy::prelude::*;

#[derive(ValueObject)]
struct Money(u64, u8);

fn main() {}
