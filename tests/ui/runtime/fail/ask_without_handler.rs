use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

#[derive(Command)]
struct Subtract(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.0 += add.0;
    }
}

fn ask(counter: &ActorRef<Counter>) {
    drop(counter.ask(Subtract(1)));
}

fn main() {}
