//! The orders of the bookstore, whatever happens first and wherever the shop crashes: no card is
//! charged without books, no parcel leaves without money, and each order has one end.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../examples/bookstore/main.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod bookstore;

mod books;
mod scenarios;
mod schedules;
mod shop;
