//! `#[task]` and what stands inside its block.

use proc_macro2::TokenStream;

use super::task;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(args: &str, block: &str) -> TokenStream {
    task(tokens(args), tokens(block))
}

#[test]
fn a_task_becomes_glue_that_can_be_read() {
    let block = "impl SendConfirmation {
        #[handler]
        async fn send(&self, event: &OrderShipped, cx: &TaskContext<'_>) -> Sent { sent(event) }
        #[handler]
        fn print(event: &OrderPlaced) {}
    }";
    let args = "timeout = \"2s\", retry(max = 5, backoff = \"100ms..10s\"), concurrency = 3";
    let expanded = expand(args, block);
    for expected in [
        "pub enum SendConfirmationEvent { Event0(::std::sync::Arc<OrderShipped>), Event1(::std::sync::Arc<OrderPlaced>) }",
        "impl ::rdddy::__private::Task for SendConfirmation",
        "::rdddy::__private::TaskOptions::DEFAULT.timeout(::core::time::Duration::from_secs(2u64))",
        "::rdddy::__private::TaskOptions::DEFAULT.retry.attempts(5u32)",
        ".concurrency(3u32 as usize)",
        "::rdddy::__private::task_result_of(Self::send(self, event, cx).await)",
        "::rdddy::__private::task_result_of(Self::print(event))",
    ] {
        assert_contains(&expanded, &[expected]);
    }
}

#[test]
fn all_mistakes_are_reported_at_once_and_the_block_is_kept() {
    let block = "impl SendConfirmation {
        #[handler(fast)]
        async fn send(&mut self, event: OrderShipped, more: u8) -> Sent { sent(event) }
        #[handler]
        async fn nothing(&self) {}
        #[handler]
        fn one(event: &OrderPlaced) {}
        #[handler]
        fn two(event: &OrderPlaced) {}
    }";
    let expanded = expand("timeout = \"2\", retry(max = 0), concurrency = 0", block);
    let mistakes = [
        "rdddy::E002: `2` is not a duration: it is a whole number and a unit, `us`, `ms`, `s`, `m` or `h`",
        "rdddy::E002: this is counted from 1",
        "rdddy::E002: this is counted from 1",
        "rdddy::E092: a handler of a task has no options",
        "rdddy::E092: a handler of a task changes nothing: `&self`",
        "rdddy::E092: an event is shared, and taken by reference",
        "rdddy::E092: a handler of a task does not take a `u8`",
        "rdddy::E092: `nothing` hears an event, and takes none",
        "rdddy::E005: `OrderPlaced` already has a handler here: `one`",
    ];
    assert_mistakes(&expanded, &mistakes);
    assert_contains(&expanded, &["async fn send(&mut self, event: OrderShipped, more: u8)"]);
}

#[test]
fn what_is_no_block_of_a_type_is_refused() {
    for (item, mistake) in [
        ("struct Send;", "rdddy::E093: `#[task]` stands on an impl block"),
        ("impl Send {}", "rdddy::E093: a task without a `#[handler]` does nothing"),
        (
            "impl<T> Send<T> { #[handler] fn on(event: &E) {} }",
            "rdddy::E093: a process is one type: how far it has read is kept under its name",
        ),
    ] {
        assert_mistakes(&expand("", item), &[mistake]);
    }
}
