use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct OrderPlaced {
    order: u64,
}

struct OrderPage;

#[view]
impl OrderPage {
    #[render]
    fn render(&self) -> String {
        String::new()
    }

    #[handler]
    fn placed(&self, _: &OrderPlaced) {}
}

fn main() {}
