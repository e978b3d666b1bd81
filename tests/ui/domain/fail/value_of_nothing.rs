use rdddy::prelude::*;

#[derive(ValueObject)]
struct Nothing;

fn main() {}
