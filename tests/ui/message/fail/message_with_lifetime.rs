use rdddy::prelude::*;

#[derive(Command)]
struct Rename<'a> {
    name: &'a str,
}

fn main() {}
