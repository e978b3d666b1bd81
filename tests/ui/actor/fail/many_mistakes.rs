use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor(mailbox = bounded(0), crtical)]
impl Counter {
    #[handler(timeout = "never")]
    fn add(self, add: Add) {
        drop((self.0, add.0));
    }

    #[on_start]
    fn open() {}
}

fn main() {}
