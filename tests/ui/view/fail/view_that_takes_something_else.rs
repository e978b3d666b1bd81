use rdddy::prelude::*;
use rdddy::view::Mounted;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
struct CancelClicked {}

struct OrderPage;

#[view]
impl OrderPage {
    #[render]
    fn render(&self) -> String {
        String::new()
    }
}

async fn click(page: &Mounted<OrderPage>) {
    let _ = page.input(CancelClicked {}).await;
}

fn main() {}
