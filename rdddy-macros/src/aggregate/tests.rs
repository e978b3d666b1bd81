//! `#[aggregate]` and what stands inside its block.

use proc_macro2::TokenStream;

use super::aggregate;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(args: &str, block: &str) -> TokenStream {
    aggregate(tokens(args), tokens(block))
}

const ORDER: &str = "impl Order {
    #[handler]
    #[requires(!self.placed, OrderError::AlreadyPlaced)]
    fn place(&self, place: PlaceOrder) -> OrderPlaced { OrderPlaced { order: place.order } }
    #[apply]
    fn placed(&mut self, event: &OrderPlaced) { self.placed = true; }
}";

#[test]
fn an_aggregate_becomes_glue_that_can_be_read() {
    let expanded = expand("id = OrderId, snapshot(every = 100)", ORDER);
    for expected in [
        "fn placed(&mut self, event: &OrderPlaced) { self.placed = true; }",
        "pub enum OrderEvent { Event0(::std::sync::Arc<OrderPlaced>) }",
        "type Id = OrderId;",
        "const SNAPSHOT_EVERY: ::core::option::Option<u32> = ::core::option::Option::Some(100u32);",
        "OrderEvent::Event0(ref _event) => { Self::placed(self, _event); }",
        "impl ::rdddy::__private::Emits<OrderPlaced> for Order",
        "impl ::rdddy::__private::Decides<PlaceOrder> for Order",
        "break 'handled ::rdddy::__private::Decision::Refuse(OrderError::AlreadyPlaced);",
        "table.add::<PlaceOrder>();",
    ] {
        assert_contains(&expanded, &[expected]);
    }
}

#[test]
fn a_state_that_is_stored_is_known_by_no_fold() {
    let expanded = expand("id = OrderId, stored = state", ORDER);
    assert_contains(
        &expanded,
        &[
            "const STORED: ::rdddy::__private::Stored = ::rdddy::__private::Stored::State;",
            "fn fingerprint() -> u64 { ::rdddy::__private::STATE_FINGERPRINT }",
            "(::rdddy::__private::state_form::<Self>().decode)(json)",
        ],
    );
    let both = expand("id = OrderId, stored = state, snapshot(every = 3)", ORDER);
    assert_mistakes(&both, &["rdddy::E002: an aggregate whose state is stored needs no snapshots"]);
}

#[test]
fn all_mistakes_are_reported_at_once_and_the_block_is_kept() {
    let expanded = expand(
        "snapshot(every = 0)",
        "impl Order {
            #[handler] async fn place(&mut self, place: &PlaceOrder) {}
            #[apply] fn placed(&self, event: OrderPlaced) -> bool { true }
        }",
    );
    assert_mistakes(
        &expanded,
        &[
            "rdddy::E002: a snapshot is made after at least one event",
            "rdddy::E067: `Order` does not say what tells one from another",
            "rdddy::E065: `place` is async",
            "rdddy::E065: `place` decides, and leaves the state alone: `&self`",
            "rdddy::E065: a command is taken by value",
            "rdddy::E066: `placed` cannot refuse: its event has happened",
        ],
    );
    assert_contains(&expanded, &["async fn place(&mut self, place: &PlaceOrder) {}"]);
}

#[test]
fn the_fold_is_known_by_its_text() {
    let other = ORDER.replace("self.placed = true", "self.placed = false");
    let number = |block: &str| {
        let text = expand("id = OrderId", block).to_string();
        let after = text.split("fingerprint (").nth(2).map(str::to_owned);
        after.and_then(|text| text.split(',').next().map(str::to_owned))
    };
    assert!(number(ORDER).is_some());
    assert_eq!(number(ORDER), number(ORDER));
    assert_ne!(number(ORDER), number(&other));
}
