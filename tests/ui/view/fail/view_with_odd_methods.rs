use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command)]
struct CancelOrder {
    #[key]
    order: u64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
struct CancelClicked {}

struct OrderPage;

#[view]
impl OrderPage {
    #[render(often)]
    async fn render(&mut self, more: u8) -> String {
        more.to_string()
    }

    #[handler]
    async fn cancel(&self, event: CancelClicked) -> CancelOrder {
        let _ = event;
        CancelOrder { order: 1 }
    }
}

fn main() {}
