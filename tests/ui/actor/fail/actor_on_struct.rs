use rdddy::prelude::*;

#[actor]
struct Counter(u32);

fn main() {
    drop(Counter(0).0);
}
