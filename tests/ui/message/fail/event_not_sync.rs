use std::cell::Cell;

use rdddy::prelude::*;

#[derive(Event)]
struct Added(Cell<u32>);

fn main() {}
