use rdddy::prelude::*;

#[derive(Command)]
#[command(reply = u32)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.0 += add.0;
    }
}

fn main() {}
