use rdddy::prelude::*;

struct OrderPage;

#[view]
impl OrderPage {
    #[render]
    fn render(&self) -> Result<String, u8> {
        Err(1)
    }
}

fn main() {}
