use rdddy::prelude::*;

#[derive(ValueObject)]
#[value(not_empty, max_chars = 3)]
struct Quantity(u32);

#[derive(ValueObject)]
#[value(min = 1)]
struct Name(String);

fn main() {}
