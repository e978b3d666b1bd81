use rdddy::prelude::*;

bounded_context!(sales);

fn main() {}
