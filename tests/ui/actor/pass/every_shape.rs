#![forbid(unsafe_code)]
#![deny(warnings)]

use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

#[derive(Query)]
#[query(reply = u32)]
struct Total;

#[derive(Event)]
struct Added(u32);

#[derive(Default)]
struct Counter(u32);

#[actor(mailbox = bounded(8), overflow = fail, restart = permanent, critical, backoff = "1ms..1s")]
impl Counter {
    #[handler(lane = control, timeout = "5s", when = self.0 < 10 && add.0 < 10)]
    #[requires(add.0 > 0)]
    #[ensures(self.0 >= old(self.0))]
    async fn add(&mut self, add: Add, cx: &mut Context<Self>) -> Result<(), std::convert::Infallible> {
        self.0 += add.0;
        let _ = cx.id();
        Ok(())
    }

    #[handler]
    fn total(&self, _: Total) -> u32 {
        self.0
    }

    #[handler(blocking, redeliver = false)]
    #[ensures(result.is_ok() && added.0 < 10)]
    fn added(&mut self, added: &Added) -> Result<(), std::fmt::Error> {
        self.0 += added.0;
        Ok(())
    }

    #[on_start]
    async fn open(&mut self) -> Result<(), std::fmt::Error> {
        Ok(())
    }

    #[on_stop]
    fn close(&mut self, _cx: &mut Context<Self>) {}

    #[on_restart]
    fn again(&mut self, _failure: &Failure, _cx: &mut Context<Self>) {
        self.0 = 0;
    }

    #[invariant("a counter stays small")]
    fn is_small(&self) -> bool {
        self.0 < 100
    }
}

fn main() {}
