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

fn tell(counter: &ActorRef<Counter>) {
    drop(counter.tell(Added(1)));
}

fn main() {}
