use rdddy::prelude::*;

struct Counter(u32);

#[actor]
impl Counter {
    #[on_stop]
    fn close(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
