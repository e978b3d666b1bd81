use rdddy::prelude::*;

#[derive(Command)]
#[command(reply = u32)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) -> String {
        self.0 += add.0;
        self.0.to_string()
    }
}

fn main() {}
