use rdddy::prelude::*;

#[derive(Debug, DomainError)]
struct Busy;

fn main() {}
