use rdddy::prelude::*;

struct OrderPage;

#[view]
impl OrderPage {}

fn main() {}
