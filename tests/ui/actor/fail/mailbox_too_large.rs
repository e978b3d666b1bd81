use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor(mailbox = bounded(5_000_000_000))]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.0 += add.0;
    }
}

fn main() {}
