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

#[projection(key = isbn: String)]
impl Sales {
    #[handler]
    fn sold(&mut self, event: &BookSold) -> u32 {
        self.copies += event.copies;
        self.copies
    }
}

fn main() {}
