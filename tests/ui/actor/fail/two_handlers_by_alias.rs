// rdddy::E005, as the compiler says it.

use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

type Plus = Add;

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.0 += add.0;
    }

    #[handler]
    fn plus(&mut self, plus: Plus) {
        self.0 += plus.0;
    }
}

fn main() {}
