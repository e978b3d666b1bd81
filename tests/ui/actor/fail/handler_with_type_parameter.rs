use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add<M: Into<u32>>(&mut self, add: M) {
        self.0 += add.into();
    }
}

fn main() {}
