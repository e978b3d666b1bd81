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

#[derive(Query)]
#[query(reply = u32)]
struct HowMany {
    isbn: String,
}

#[projection(key = isbn: String, mode = lively)]
impl Sales {
    #[handler]
    async fn sold(&self, event: BookSold, more: u32) {}

    #[handler]
    async fn how_many(rows: &Rows<Self>, query: &HowMany, more: u32) -> u32 {
        0
    }
}

fn main() {}
