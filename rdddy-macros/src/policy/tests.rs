//! `#[policy]` and what stands inside its block.

use proc_macro2::TokenStream;

use super::policy;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(args: &str, block: &str) -> TokenStream {
    policy(tokens(args), tokens(block))
}

#[test]
fn a_policy_becomes_glue_that_can_be_read() {
    let block = "impl Restock {
        #[handler]
        fn on_low(&self, event: &StockLow, cx: &Happening<'_>) -> OrderCopies { order(event) }
        #[handler]
        fn on_sold(event: &BookSold) {}
    }";
    let expanded = expand("refusals = report", block);
    for expected in [
        "pub enum RestockEvent { Event0(::std::sync::Arc<StockLow>), Event1(::std::sync::Arc<BookSold>) }",
        "impl ::rdddy::__private::Policy for Restock",
        "::rdddy::__private::Refusals::Report",
        "RestockEvent::Event0(event) => ::rdddy::__private::commands_of(Self::on_low(self, event, cx)),",
        "RestockEvent::Event1(event) => ::rdddy::__private::commands_of(Self::on_sold(event)),",
    ] {
        assert_contains(&expanded, &[expected]);
    }
}

#[test]
fn all_mistakes_are_reported_at_once_and_the_block_is_kept() {
    let block = "impl Restock {
        #[handler(fast)]
        async fn on_low(&mut self, event: StockLow, more: u8) -> OrderCopies { order(event) }
        #[handler]
        fn nothing(&self) {}
        #[handler]
        fn one(event: &BookSold) {}
        #[handler]
        fn two(event: &BookSold) {}
    }";
    let expanded = expand("", block);
    let mistakes = [
        "rdddy::E072: a handler of a policy has no options",
        "rdddy::E072: `on_low` is async: a handler of a policy is a function of its event",
        "rdddy::E072: a handler of a policy changes nothing: `&self`",
        "rdddy::E072: an event is shared, and taken by reference",
        "rdddy::E072: a handler of a policy does not take a `u8`",
        "rdddy::E072: `nothing` hears an event, and takes none",
        "rdddy::E005: `BookSold` already has a handler here: `one`",
    ];
    assert_mistakes(&expanded, &mistakes);
    assert_contains(&expanded, &["async fn on_low(&mut self, event: StockLow, more: u8)"]);
}

#[test]
fn what_is_no_block_of_a_type_is_refused() {
    for (item, mistake) in [
        ("struct Restock;", "rdddy::E073: `#[policy]` stands on an impl block"),
        ("impl Restock {}", "rdddy::E073: a policy without a `#[handler]` does nothing"),
        (
            "impl<T> Restock<T> { #[handler] fn on(event: &E) {} }",
            "rdddy::E073: a process is one type: how far it has read is kept under its name",
        ),
    ] {
        assert_mistakes(&expand("", item), &[mistake]);
    }
}
