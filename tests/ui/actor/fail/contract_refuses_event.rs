use rdddy::prelude::*;

#[derive(Event)]
struct Added(u32);

struct Full;

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    #[requires(self.0 < 10, Full)]
    fn added(&mut self, added: &Added) {
        self.0 += added.0;
    }
}

fn main() {}
