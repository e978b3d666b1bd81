use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[on_stop]
    fn close(&mut self) {}

    #[on_stop]
    fn close_again(&mut self) {}
}

fn main() {}
