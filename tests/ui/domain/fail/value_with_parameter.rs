use rdddy::prelude::*;

#[derive(ValueObject)]
struct Named<T>(T);

fn main() {}
