use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct BookSold {
    #[tag]
    isbn: String,
    copies: u32,
}

#[projection]
#[derive(Default, Serialize, Deserialize)]
struct Sales {
    copies: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Empty;

#[projection]
impl Empty {}

fn main() {}
