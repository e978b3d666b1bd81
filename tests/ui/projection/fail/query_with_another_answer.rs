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

#[projection(key = isbn: String)]
impl Sales {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.copies += event.copies;
    }

    #[handler]
    async fn how_many(rows: &Rows<Self>, query: HowMany) -> Option<String> {
        let _ = rows.get(&query.isbn).await;
        None
    }
}

fn main() {}
