use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[requires(self.0 < 10)]
    fn grow(&mut self) {
        self.0 += 1;
    }
}

fn main() {}
