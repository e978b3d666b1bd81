use rdddy::prelude::*;

#[derive(ValueObject)]
enum Colour {
    Red,
}

fn main() {}
