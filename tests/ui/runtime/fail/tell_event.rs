use rdddy::prelude::*;

#[derive(Event)]
struct Added(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn added(&mut self, added: &Added) {
        self.0 += added.0;
    }
}

async fn tell(counter: ActorRef<Counter>) {
    let _ = counter.tell(Added(1)).await;
}

fn main() {}
