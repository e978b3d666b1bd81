use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {}

async fn ask(counter: ActorRef<Counter>) {
    let _ = counter.ask(Add(1)).await;
}

fn main() {}
