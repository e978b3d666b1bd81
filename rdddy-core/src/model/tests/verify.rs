use super::*;
use crate::model::{Finding, Located};

/// The findings, as sentences.
#[track_caller]
fn check(map: &DomainMap, expected: &[&str]) {
    let verification = map.verify();
    let sentences: Vec<_> = verification.findings().iter().map(ToString::to_string).collect();
    assert_eq!(sentences, expected);
    assert_eq!(verification.check().is_ok(), expected.is_empty());
}

fn actor(
    name: &'static str,
    handles: &'static [MessageUse],
    asks: &'static [MessageUse],
    line: u32,
) -> ActorEntry {
    ActorEntry::new(name, "bookstore::sales", handles, asks, sales(line))
}

#[test]
fn a_whole_domain_has_no_findings() {
    check(&bookstore(), &[]);
}

#[test]
fn every_kind_of_orphan_is_found_at_once() {
    let map = [OPEN_ORDERS, ORDER_PLACED, ORDER_EXPORTED, CANCEL_ORDER, STARTED]
        .into_iter()
        .fold(DomainMap::new(), DomainMap::with_message);
    let sentences = [
        "command `sales.CancelOrder` (src/sales.rs:40) has no owner: no actor handles it",
        "query `sales.OpenOrders` (src/sales.rs:30) has no owner: no actor answers it",
        "event `sales.OrderPlaced` (src/sales.rs:50) is heard by nobody: no actor has a handler \
         for it",
    ];
    check(&map, &sentences);

    let error = map.verify().check().unwrap_err();
    assert_eq!(error.findings().len(), 3);
    assert_eq!(
        error.to_string(),
        format!("the domain is not whole:\n  - {}", sentences.join("\n  - "))
    );
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn two_owners_are_found_with_their_handlers() {
    const RIVAL: &[MessageUse] =
        &[MessageUse::of::<CancelOrder>(204), MessageUse::of::<OpenOrders>(206)];
    let map = bookstore().with_actor(actor("Rival", RIVAL, &[], 200));
    check(
        &map,
        &[
            "command `sales.CancelOrder` (src/sales.rs:40) has 2 owners: `OrderDesk` \
             (src/sales.rs:114), `Rival` (src/sales.rs:204); keep one, or mark it \
             `#[command(shared)]`",
            "query `sales.OpenOrders` (src/sales.rs:30) has 2 owners: `OrderDesk` \
             (src/sales.rs:116), `Rival` (src/sales.rs:206); keep one",
        ],
    );
}

#[test]
fn a_shared_command_and_an_event_may_be_handled_by_many() {
    struct Audit;
    message!(Audit, Command, "sales", "Audit", 1);
    impl Request for Audit {
        type Reply = ();
        type Error = Infallible;
    }
    impl Command for Audit {
        const SHARED: bool = true;
    }
    const BOTH: &[MessageUse] = &[MessageUse::of::<Audit>(1), MessageUse::of::<OrderPlaced>(2)];
    let map = bookstore()
        .with_message(MessageEntry::command::<Audit>(sales(70)))
        .with_actor(actor("Auditor", BOTH, &[], 200))
        .with_actor(actor("Reviewer", BOTH, &[], 300));
    check(&map, &[]);
}

#[test]
fn an_event_for_others_may_be_unheard_and_any_other_may_not() {
    struct Clicked;
    message!(Clicked, Event, "sales", "Clicked", 1);
    impl Event for Clicked {
        const SCOPE: EventScope = EventScope::Ui;
    }
    let map = bookstore().with_message(MessageEntry::event::<Clicked>(sales(70)));
    check(
        &map,
        &[
            "event `sales.Clicked` (src/sales.rs:70) is heard by nobody: no actor has a handler for \
           it",
        ],
    );
    map.verify().allow_unheard::<Clicked>().check().unwrap();
}

#[test]
fn what_is_allowed_is_no_finding_and_everything_else_still_is() {
    const RIVAL: &[MessageUse] = &[MessageUse::of::<OpenOrders>(206)];
    let orphans = DomainMap::new()
        .with_message(CANCEL_ORDER)
        .with_message(STOCK_OF)
        .with_message(ORDER_PLACED);
    let left = orphans.verify().allow_unowned::<CancelOrder>().allow_unheard::<OrderPlaced>();
    let query = Located { name: "inventory.StockOf", location: inventory_at(10) };
    assert_eq!(left.findings(), [Finding::QueryWithoutOwner { query }]);
    left.allow(|finding| finding.message() == Some("inventory.StockOf")).check().unwrap();

    let rivals = bookstore().with_actor(actor("Rival", RIVAL, &[], 200));
    assert_eq!(rivals.verify().allow_shared::<StockOf>().findings().len(), 1);
    rivals.verify().allow_shared::<OpenOrders>().check().unwrap();
}

#[test]
fn an_ask_cycle_is_found_once_with_its_declarations() {
    const STOCK_ASKS: &[MessageUse] = &[MessageUse::of::<OpenOrders>(101)];
    let stock = ActorEntry { asks: STOCK_ASKS, ..STOCK };
    let map = [STOCK_OF, OPEN_ORDERS].into_iter().fold(DomainMap::new(), DomainMap::with_message);
    let map = map.with_actor(stock).with_actor(ORDER_DESK);
    check(
        &map,
        &["ask cycle: `OrderDesk` (src/sales.rs:100) -> `Stock` (src/inventory.rs:101) -> \
           `OrderDesk`"],
    );
}

#[test]
fn an_actor_that_asks_itself_is_a_cycle() {
    const OPEN: &[MessageUse] = &[MessageUse::of::<OpenOrders>(201)];
    let map = DomainMap::new().with_actor(actor("Narcissus", OPEN, OPEN, 200));
    check(&map, &["ask cycle: `Narcissus` (src/sales.rs:201) -> `Narcissus`"]);
}

#[test]
fn the_shortest_cycle_through_each_actor_is_found() {
    const A: &[MessageUse] = &[MessageUse::of::<PlaceOrder>(1)];
    const B: &[MessageUse] = &[MessageUse::of::<CancelOrder>(2)];
    const C: &[MessageUse] = &[MessageUse::of::<OpenOrders>(3)];
    const B_AND_C: &[MessageUse] =
        &[MessageUse::of::<CancelOrder>(4), MessageUse::of::<OpenOrders>(5)];
    // A asks B and C, B asks C, C asks A: A-C is the shortest for A and for C, A-B-C for B.
    let map = DomainMap::new()
        .with_actor(actor("A", A, B_AND_C, 10))
        .with_actor(actor("B", B, C, 20))
        .with_actor(actor("C", C, A, 30));
    check(
        &map,
        &[
            "ask cycle: `A` (src/sales.rs:4) -> `B` (src/sales.rs:3) -> `C` (src/sales.rs:1) -> `A`",
            "ask cycle: `A` (src/sales.rs:5) -> `C` (src/sales.rs:1) -> `A`",
        ],
    );
}

#[test]
fn an_owner_outside_of_the_crate_is_an_owner() {
    let map = bookstore().of_crate("rdddy-core");
    assert!(map.actors().next().is_none(), "the actors are of another crate");
    let unheard = "event `rdddy.Started` (src/own.rs:1) is heard by nobody: no actor has a handler \
                   for it";
    check(&map, &[unheard]);
    check(&map.of_crate("bookstore"), &[unheard]);
}

#[test]
fn a_verification_of_nothing_does_not_pass() {
    check(
        &DomainMap::new(),
        &["no message and no actor is linked: refer to the crate that has them"],
    );
    check(
        &bookstore().of_crate("bookstroe").of_crate("bookstore"),
        &["no message and no actor of crate `bookstroe` is linked: check its name, and refer to \
           it"],
    );
}

#[test]
fn the_map_has_what_is_linked_and_hides_what_is_the_librarys_own() {
    let linked = DomainMap::linked();
    assert!(linked.messages().any(|entry| entry.location == PLACE_ORDER.location));
    assert!(linked.actors().any(|entry| entry.location == ORDER_DESK.location));

    let map = bookstore().with_message(STOCK_OF).with_actor(STOCK);
    let names: Vec<_> = map.messages().map(|entry| ((entry.name)(), entry.version)).collect();
    assert_eq!(
        names,
        [
            ("inventory.StockOf", 1),
            ("sales.CancelOrder", 1),
            ("sales.OpenOrders", 1),
            ("sales.OrderExported", 1),
            ("sales.OrderPlaced", 1),
            ("sales.PlaceOrder", 1),
            ("sales.PlaceOrder", 2),
        ]
    );
    let actors: Vec<_> = map.actors().map(ActorEntry::path).collect();
    assert_eq!(actors, ["bookstore::inventory::Stock", "bookstore::sales::OrderDesk"]);
    assert_eq!(map.contexts().into_iter().collect::<Vec<_>>(), ["inventory", "sales"]);
}
