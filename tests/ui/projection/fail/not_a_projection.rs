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

fn run() -> impl Sized {
    ActorSystem::builder().projection::<Sales>()
}

fn main() {}
