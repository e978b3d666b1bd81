use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[on_start]
    fn open() {}
}

fn main() {}
