use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    fn add(add: Add) {
        drop(add);
    }
}

fn main() {}
