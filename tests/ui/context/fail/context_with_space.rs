use rdddy::prelude::*;

bounded_context!("book sales");

fn main() {}
