use rdddy::prelude::*;

#[derive(Query)]
struct HowMany;

fn main() {}
