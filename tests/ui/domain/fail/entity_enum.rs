use rdddy::prelude::*;

#[derive(Entity)]
enum Customer {
    Private,
}

fn main() {}
