use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {}

fn tell(counter: &ActorRef<Counter>) {
    drop(counter.tell(Add(1)));
}

fn main() {}
