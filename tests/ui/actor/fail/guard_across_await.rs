// rdddy::E007, as the compiler says it.

use std::rc::Rc;

use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    async fn add(&mut self, add: Add) {
        let total = Rc::new(self.0 + add.0);
        std::future::ready(()).await;
        self.0 = *total;
    }
}

fn main() {}
