#![deny(warnings)]

use rdddy::prelude::*;

#[derive(Command)]
struct Send(u32);

#[derive(Event)]
struct Result(u32);

struct Option(u32);

#[actor]
impl Option {
    #[handler(redeliver = false)]
    #[ensures(self.0 >= old(self.0))]
    fn handle(&mut self, cx: Send) {
        self.0 += cx.0;
    }

    #[handler]
    async fn ready(&mut self, message: &Result, holds: &mut Context<Self>) {
        self.0 += message.0;
        let _ = holds.id();
    }

    #[on_start]
    fn on_start(&mut self) {}
}

fn main() {}
