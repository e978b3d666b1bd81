// rdddy::E007, as the compiler says it.

use std::rc::Rc;

use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(Rc<u32>);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.0 = Rc::new(*self.0 + add.0);
    }
}

fn main() {}
