use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[on_start]
    fn open(&mut self) -> u32 {
        self.0
    }
}

fn main() {}
