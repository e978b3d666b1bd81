use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: impl Into<u32>) {
        self.0 += add.into();
    }
}

fn main() {}
