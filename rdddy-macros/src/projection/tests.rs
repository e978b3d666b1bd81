//! `#[projection]` and what stands inside its block.

use proc_macro2::TokenStream;

use super::projection;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(args: &str, block: &str) -> TokenStream {
    projection(tokens(args), tokens(block))
}

#[test]
fn a_projection_becomes_glue_that_can_be_read() {
    let block = "impl Sales {
        #[handler]
        fn placed(&mut self, event: &OrderPlaced, cx: &Projected<'_>) -> Row { Row::Keep }
        #[handler]
        fn cancelled(&mut self, event: &OrderCancelled) {}
        #[handler]
        async fn best(rows: &Rows<Self>, query: BestSellers) -> Vec<u8> { Vec::new() }
    }";
    let expanded = expand("key = isbn: Isbn, version = 2, mode = inline", block);
    for expected in [
        "pub enum SalesEvent { Event0(::std::sync::Arc<OrderPlaced>), Event1(::std::sync::Arc<OrderCancelled>) }",
        "impl ::rdddy::__private::Projection for Sales",
        "type Key = Isbn;",
        "const KEY: ::core::option::Option<&'static str> = ::core::option::Option::Some(\"isbn\");",
        "const VERSION: u32 = 2u32;",
        "::rdddy::__private::ProjectionMode::Inline",
        "::rdddy::__private::has_tag::<OrderPlaced>(\"isbn\")",
        "SalesEvent::Event0(event) => ::rdddy::__private::row_of(Self::placed(self, event, cx)),",
        "SalesEvent::Event1(event) => ::rdddy::__private::row_of(Self::cancelled(self, event)),",
        "::rdddy::__private::answer_of::<BestSellers>(Self::best(&rows, query).await)",
    ] {
        assert_contains(&expanded, &[expected]);
    }
}

#[test]
fn all_mistakes_are_reported_at_once_and_the_block_is_kept() {
    let block = "impl Sales {
        #[handler(fast)]
        async fn placed(&self, event: OrderPlaced, more: u8) {}
        #[handler]
        fn nothing(&mut self) {}
        #[handler]
        fn one(&mut self, event: &BookSold) {}
        #[handler]
        fn two(&mut self, event: &BookSold) {}
        #[handler]
        async fn empty(rows: &Rows<Self>) -> u8 { 0 }
        #[handler]
        async fn borrowed<T>(rows: &Rows<Self>, query: &Best, more: T) -> u8 { 0 }
        #[handler]
        async fn best(rows: &Rows<Self>, query: Best) -> u8 { 0 }
        #[handler]
        async fn again(rows: &Rows<Self>, query: Best) -> u8 { 0 }
    }";
    let expanded = expand("key = isbn, version = 0", block);
    let mistakes = [
        "rdddy::E002: `key` is not written like this",
        "rdddy::E002: versions are counted from 1",
        "rdddy::E082: a handler of a projection has no options",
        "rdddy::E082: `placed` is async: a handler of a projection is a function of its event",
        "rdddy::E082: a handler of a projection takes `&mut self`",
        "rdddy::E082: an event is shared, and taken by reference",
        "rdddy::E082: a handler of a projection does not take a `u8`",
        "rdddy::E082: `nothing` hears an event, and takes none",
        "rdddy::E084: it takes the rows, and no query",
        "rdddy::E084: a method answers one type of query",
        "rdddy::E084: a query is taken by value",
        "rdddy::E084: nobody would supply this parameter",
        "rdddy::E005: `BookSold` already has a handler here: `one`",
        "rdddy::E005: `Best` already has a handler here: `best`",
    ];
    assert_mistakes(&expanded, &mistakes);
    assert_contains(&expanded, &["async fn placed(&self, event: OrderPlaced, more: u8)"]);
}

#[test]
fn what_is_no_block_of_a_type_is_refused() {
    let query =
        "impl Sales { #[handler] async fn best(rows: &Rows<Self>, query: Best) -> u8 { 0 } }";
    for (item, mistake) in [
        ("struct Sales;", "rdddy::E083: `#[projection]` stands on an impl block"),
        (
            "impl Sales {}",
            "rdddy::E083: a projection without a `#[handler]` of an event has no rows",
        ),
        (query, "rdddy::E083: a projection without a `#[handler]` of an event has no rows"),
    ] {
        assert_mistakes(&expand("", item), &[mistake]);
    }
}
