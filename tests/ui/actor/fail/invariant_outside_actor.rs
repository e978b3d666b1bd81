use rdddy::prelude::*;

struct Counter(u32);

impl Counter {
    #[invariant("small")]
    fn is_small(&self) -> bool {
        self.0 < 10
    }
}

fn main() {}
