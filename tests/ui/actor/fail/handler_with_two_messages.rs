use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, one: Add, other: Add) {
        self.0 += one.0 + other.0;
    }
}

fn main() {}
