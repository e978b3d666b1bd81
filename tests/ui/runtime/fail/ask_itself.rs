use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add, cx: &mut Context<Self>) {
        drop(cx.me().ask(add));
    }
}

fn main() {}
