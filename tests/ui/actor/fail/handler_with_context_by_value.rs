use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add, cx: Context<Self>) {
        self.0 += add.0;
        drop(cx);
    }
}

fn main() {}
