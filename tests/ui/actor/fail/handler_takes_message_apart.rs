use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, Add(number): Add) {
        self.0 += number;
    }
}

fn main() {}
