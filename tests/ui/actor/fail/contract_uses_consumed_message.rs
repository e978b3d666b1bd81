use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    #[ensures(self.0 >= add.0)]
    fn add(&mut self, add: Add) {
        self.0 += add.0;
    }
}

fn main() {}
