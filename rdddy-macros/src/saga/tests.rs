//! `#[saga]` and what stands inside its block.

use proc_macro2::TokenStream;

use super::saga;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(args: &str, block: &str) -> TokenStream {
    saga(tokens(args), tokens(block))
}

const START: &str = "starts_on = OrderPlaced, key = order";

#[test]
fn a_saga_becomes_glue_that_can_be_read() {
    let block = "impl Fulfilment {
        #[step(compensate = release, retry(max = 5, backoff = \"100ms..10s\"))]
        fn reserve(&mut self, event: &OrderPlaced) -> ReserveStock { .. }
        #[compensation] fn release(&mut self) -> ReleaseStock { .. }
        #[step(on = StockReserved, pivot)]
        fn charge(&mut self, event: &StockReserved, cx: &SagaContext<'_>) -> ChargeCard { .. }
        #[step(retriable)]
        fn ship(&mut self, event: &CardCharged) -> Option<ShipOrder> { .. }
        #[abort] fn declined(&mut self, event: &CardDeclined) {}
        #[timeout(\"15m\")] fn expired(&mut self) -> Timeout { .. }
    }";
    let expanded = expand("starts_on = OrderPlaced, key = order, version = 2", block);
    for expected in [
        "const VERSION: u32 = 2u32;",
        "const KEY: &'static str = \"order\";",
        "const _: () = ::rdddy::__private::has_tag::<StockReserved>(\"order\");",
        "::rdddy::__private::StepKind::Compensable { compensation: \"release\" }",
        "(0usize, FulfilmentEvent::Event0(_)) => ::rdddy::__private::written_command::<ReleaseStock>(Self::release(self)),",
        "(1usize, FulfilmentEvent::Event1(event)) => ::rdddy::__private::written_command::<ChargeCard>(Self::charge(self, event, cx)),",
        "(2usize, false) => <Option<ShipOrder> as ::rdddy::__private::SagaCommand>::read(json),",
        "fn timed_out(&mut self) -> ::rdddy::__private::Timeout { Self::expired(self) }",
    ] {
        assert_contains(&expanded, &[expected]);
    }
}

#[test]
fn how_it_is_undone_and_where_it_begins_is_said() {
    let block = "impl Fulfilment {
        #[step(compensate = release)]
        fn reserve(&mut self, event: &OrderPlaced) -> ReserveStock { .. }
        #[compensation] fn release(&mut self) -> ReleaseStock { .. }
    }";
    let expanded = expand(&format!("{START}, compensate = parallel, begin = head"), block);
    let undo =
        "const UNDO: ::rdddy::__private::UndoOrder = ::rdddy::__private::UndoOrder::Parallel;";
    let begin = "const BEGIN: ::rdddy::__private::Begin = ::rdddy::__private::Begin::Head;";
    assert_contains(&expanded, &[undo, begin]);
    let expanded = expand(&format!("{START}, compensate = last_first, begin = first"), block);
    assert!(!expanded.to_string().contains("UndoOrder"));
}

#[test]
fn what_could_not_be_undone_is_refused() {
    let block = "impl Fulfilment {
        #[step] fn reserve(&mut self, event: &OrderPlaced) -> ReserveStock { .. }
        #[step(compensate = relase)] fn hold(&mut self, event: &Held) -> Hold { .. }
        #[compensation] fn release(&mut self, event: &StockReserved) -> ReleaseStock { .. }
        #[step(retriable)] fn early(&mut self, event: &Early) -> Early { .. }
        #[step(pivot)] fn charge(&mut self, event: &StockReserved) -> ChargeCard { .. }
        #[step(pivot)] fn second(&mut self, event: &CardCharged) -> ShipOrder { .. }
        #[step(compensate = unship)] fn ship(&mut self, event: &CardCharged) -> ShipOrder { .. }
        #[compensation] fn unship(&mut self, event: &OrderPlaced) -> Unship { .. }
        #[step] fn thank(&mut self, event: &Shipped) -> Thank { .. }
    }";
    let mistakes = [
        "rdddy::E078: nothing undoes `reserve` when the saga fails later on",
        "rdddy::E100: `early` comes before the pivot: it has to be undone when that is refused",
        "rdddy::E100: a saga has one point of no return: `charge` is the pivot",
        "rdddy::E100: `ship` comes after the pivot `charge`: nothing is undone there",
        "rdddy::E100: `thank` comes after the pivot `charge`, and has to succeed",
        "rdddy::E079: there is no `#[compensation]` called `relase` here",
        "rdddy::E079: `unship` takes a `OrderPlaced`, and `ship` acts on a `CardCharged`",
        "rdddy::E079: `release` undoes nothing: no step names it",
    ];
    assert_mistakes(&expand(START, block), &mistakes);
}

#[test]
fn what_a_saga_needs_is_asked_for() {
    let block = "impl Fulfilment {
        #[step(irreversible = \"..\")] fn thank(&self, event: OrderPlaced) {}
        #[timeout] fn expired(&mut self) -> Timeout { .. }
    }";
    let mistakes = [
        "rdddy::E077: a step takes `&mut self`",
        "rdddy::E077: an event is shared, and taken by reference",
        "rdddy::E077: a step returns the command that it wants given",
        "rdddy::E077: `#[timeout]` says after how long",
        "rdddy::E076: the saga does not say what begins it",
        "rdddy::E076: the saga does not say which of its instances an event is for",
        "rdddy::E076: a saga without steps does nothing",
    ];
    assert_mistakes(&expand("", block), &mistakes);
    let elsewhere = expand(START, "struct Fulfilment;");
    assert_mistakes(&elsewhere, &["rdddy::E076: `#[saga]` stands on an impl block"]);
}
