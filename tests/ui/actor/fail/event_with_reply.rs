use rdddy::prelude::*;

#[derive(Event)]
struct Added(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn added(&mut self, added: &Added) -> u32 {
        self.0 += added.0;
        self.0
    }
}

fn main() {}
