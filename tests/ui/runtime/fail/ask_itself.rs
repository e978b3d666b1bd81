use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    async fn add(&mut self, add: Add, cx: &mut Context<Self>) {
        let _ = cx.me().ask(add).await;
    }
}

fn main() {}
