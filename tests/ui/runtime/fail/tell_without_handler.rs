use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {}

async fn tell(counter: ActorRef<Counter>) {
    let _ = counter.tell(Add(1)).await;
}

fn main() {}
