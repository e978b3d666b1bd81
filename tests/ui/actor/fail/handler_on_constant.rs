use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    const ADD: u32 = 1;
}

fn main() {}
