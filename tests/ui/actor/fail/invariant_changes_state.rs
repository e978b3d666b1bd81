use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[invariant("small")]
    fn is_small(&mut self) -> bool {
        self.0 < 10
    }
}

fn main() {}
