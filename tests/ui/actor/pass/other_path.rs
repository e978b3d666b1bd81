#![deny(warnings)]

mod vendor {
    pub use rdddy as ddd;
}

vendor::ddd::bounded_context!("sales", crate = crate::vendor::ddd);

#[derive(vendor::ddd::Command)]
#[command(crate = crate::vendor::ddd)]
struct Add(u32);

struct Counter(u32);

#[vendor::ddd::actor(crate = crate::vendor::ddd)]
impl Counter {
    #[ddd::handler]
    fn handle(&mut self, add: Add) {
        self.0 += add.0;
    }
}

fn main() {}
