use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct BookSold {
    #[tag]
    isbn: String,
    copies: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Sales {
    copies: u32,
}

#[projection(key = order: u64)]
impl Sales {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.copies += event.copies;
    }
}

fn main() {}
