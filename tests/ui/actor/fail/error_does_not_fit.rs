use rdddy::prelude::*;

#[derive(Command)]
#[command(reply = u32)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[handler]
    async fn add(&mut self, add: Add) -> Result<u32, String> {
        self.0 += add.0;
        Err("no".to_owned())
    }
}

fn main() {}
