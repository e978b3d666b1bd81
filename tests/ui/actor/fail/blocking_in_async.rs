#![deny(deprecated)]

use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    async fn add(&mut self, add: Add) {
        std::thread::sleep(std::time::Duration::from_secs(1));
        self.0 += add.0;
    }
}

fn main() {}
