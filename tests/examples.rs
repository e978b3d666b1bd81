//! The examples print what they promise.
//!
//! They are compiled into this test, so what is tested is what is there, however the test is run.

#[path = "../examples/aggregate.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod aggregate;
#[path = "../examples/ask_with_deadline.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod ask_with_deadline;
#[path = "../examples/bookstore/main.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod bookstore;
#[path = "../examples/consistency_boundary.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod consistency_boundary;
#[path = "../examples/counter.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod counter;
#[path = "../examples/forgetting.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod forgetting;
#[path = "../examples/integration.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod integration;
#[path = "../examples/policy.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod policy;
#[path = "../examples/projection.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod projection;
#[path = "../examples/publish_subscribe.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod publish_subscribe;
#[path = "../examples/router.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod router;
#[path = "../examples/saga.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod saga;
#[path = "../examples/schedule.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod schedule;
#[path = "../examples/simulation.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod simulation;
#[path = "../examples/supervision.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod supervision;
#[path = "../examples/task.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod task;
#[path = "../examples/time_travel.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod time_travel;
#[path = "../examples/upcasting.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod upcasting;
#[path = "../examples/value_objects.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod value_objects;
#[path = "../examples/view.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod view;

use bookstore::place::Arguments;
use rdddy::model::DomainMap;
use rdddy::store::MemoryStore;

const ORDERS: &[u8] = include_bytes!("../examples/bookstore/orders.jsonl");

/// What a bookstore in memory prints about `orders`, without the last line, which says how long it
/// took.
async fn bookstore(orders: &[u8], store: MemoryStore) -> rdddy::Result<String> {
    let summary = bookstore::run(orders, store).await?.to_string();
    let (deterministic, _) = summary.split_once("done in ").ok_or("it does not say how long")?;
    Ok(deterministic.to_owned())
}

/// What it prints about all that has happened, in whichever run.
fn all_runs(summary: &str) -> &str {
    summary.split("in this run:").next().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bookstore_sells_the_same_on_every_day_and_each_order_once() {
    let expected = include_str!("../examples/bookstore/expected.txt");
    assert_eq!(bookstore(ORDERS, MemoryStore::new()).await.unwrap(), expected);
    let store = MemoryStore::new();
    assert_eq!(bookstore(ORDERS, store.reopen()).await.unwrap(), expected);
    let again = bookstore(ORDERS, store.reopen()).await.unwrap();
    assert_eq!(all_runs(&again), all_runs(expected));
    assert!(again.contains("  2899 orders had been placed before\n"), "{again}");
}

#[test]
fn the_bookstore_understands_its_command_line() {
    let parse = |line: &[&str]| Arguments::parse(line.iter().map(Into::into));
    assert_eq!(parse(&[]).unwrap().store, None);
    let given = parse(&["orders.jsonl", "--store", "shop.db"]).unwrap();
    assert_eq!((given.orders, given.store), ("orders.jsonl".into(), Some("shop.db".into())));
    for (line, says) in [
        (["--store"].as_slice(), "needs the path"),
        (&["--store", "mysql://shop"], "not \"mysql://shop\""),
        (&["a", "b"], "\"b\" is not understood"),
        (&["--shop"], "\"--shop\" is not understood"),
    ] {
        let error = parse(line).err().unwrap();
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn the_bookstore_says_what_is_wrong_with_every_line() {
    let order = String::from_utf8_lossy(ORDERS.split(|byte| *byte == b'\n').next().unwrap());
    let too_long = order.replace("tok_", &"x".repeat(5_000));
    let mut lines = b"\xff\xfe\n  \n{}\n\"a string\"\nnull".to_vec();
    lines.extend_from_slice(format!("\n{too_long}\n{order}\r\n{order}").as_bytes());
    let summary = bookstore(&lines, MemoryStore::new()).await.unwrap();
    for expected in [
        "     8 lines\n",
        "     1 orders accepted, 8.75 taken\n",
        "       1  an order of this number was placed before\n",
        "     6 bad lines\n",
        "line 1: not JSON: ",
        "line 2: empty\n",
        "line 3: a field is missing or of the wrong type: missing field `order` ",
        "line 4: a field is missing or of the wrong type: invalid type: string \"a string\"",
        "line 5: a field is missing or of the wrong type: invalid type: null",
        "line 6: longer than 4096 bytes\n",
        "the books are in balance",
    ] {
        assert!(summary.contains(expected), "no {expected:?} in\n{summary}");
    }
}

#[tokio::test]
async fn an_empty_file_is_a_quiet_day() {
    let summary = bookstore(b"", MemoryStore::new()).await.unwrap();
    assert!(summary.starts_with("     0 lines\n     0 orders accepted, 0.00 taken\n"), "{summary}");
    assert!(summary.contains("the books are in balance"), "{summary}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counter_counts() {
    let printed = counter::run().await.unwrap();
    assert_eq!(printed, "counted to 1000, then started again at 0\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supervision_restarts_and_escalates() {
    let printed = supervision::run().await.unwrap();
    let expected = "\
/
└─ foreman (Foreman), one for one
   ├─ left robot (Robot)
   └─ right robot (Robot)
/foreman/left robot failed: error: there is nothing to weld
/foreman/left robot begins life 2
/foreman/left robot failed: panic: attempt to divide by zero
/foreman/left robot begins life 3
/foreman/left robot failed: error: there is nothing to weld
/foreman/left robot failed too often
/foreman begins life 2
is the old robot alive? false
/
└─ foreman (Foreman), life 2, one for one
   ├─ left robot (Robot)
   └─ right robot (Robot)
";
    assert_eq!(printed, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_what_is_published() {
    let printed = publish_subscribe::run().await.unwrap();
    let expected = "\
Anna: Boris bought for 40, the market is closed
Boris: Anna bought for 75, the market is closed
stream: Anna for 75
stream: Boris for 40
the first below 60: 40
";
    assert_eq!(printed, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_ends_in_a_typed_way() {
    let printed = ask_with_deadline::run().await.unwrap();
    let expected = "\
Mrs. Weber: room 214
refused: Mr. Silva is not on this floor
found: it was under F
gave up: no answer to office.RoomOf within 20ms
dead letter: office.RoomOf, nobody waits for the answer any more
in a circle: 2 clerks would wait for one another
";
    assert_eq!(printed, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routers_share_the_work() {
    let printed = router::run().await.unwrap();
    let expected = "\
in turn: 1 2 3 1 2 3 1 2
by customer, the same agent every time: true
tickets, all agents together: 24
one agent left, the others kept their customers: true
agents who answer now: 2
";
    assert_eq!(printed, expected);
}

/// Which schedule finds the race is up to the scheduler; that it is found, is not.
#[test]
fn the_simulation_finds_the_planted_race() {
    let printed = simulation::run().unwrap();
    let lines: Vec<_> = printed.lines().collect();
    let [broken, found, replay, again, right] = *lines else { panic!("{printed}") };
    assert_eq!(broken, "trusting desk: the test returned an error: \"-1 books are left\"");
    assert!(found.starts_with("  found in schedule "), "{found}");
    assert!(replay.starts_with("  replay: RDDDY_REPLAY='s"), "{replay}");
    assert_eq!(again, "  fails again when replayed: true");
    assert_eq!(right, "asking desk: right in 1000 schedules");
}

#[test]
fn the_domain_of_every_example_is_whole() {
    let map = DomainMap::linked();
    assert!(map.contexts().contains("bookstore"));
    // What only decisions across streams depend on has no actor and no aggregate of its own, and the
    // result of a task may be no more than a record.
    let verification = map
        .verify()
        .allow_unheard::<consistency_boundary::AccountRegistered>()
        .allow_unheard::<consistency_boundary::AccountClosed>()
        .allow_unheard::<task::Sent>()
        .allow_unheard::<bookstore::mail::ConfirmationSent>();
    if let Err(findings) = verification.check() {
        panic!("{findings}");
    }
}

#[tokio::test]
async fn an_aggregate_goes_on_where_it_stopped() {
    let printed = aggregate::run().await.unwrap();
    let expected = "a quantity is between 1 and 999 (found 1000)\n[shop.OrderPlaced], version 1\n\
                    order 7 was already placed\nshipped 3; asked again: 3, repeated: true\n";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn one_name_goes_to_one_person() {
    let printed = consistency_boundary::run().await.unwrap();
    assert_eq!(printed, "1 of 4 got the name\nfree again once it is closed: true\n");
}

#[tokio::test]
async fn what_was_sold_is_read_from_rows() {
    let printed = projection::run().await.unwrap();
    let expected = "\
copies of emma: 3
best sellers: [(\"moby\", 5), (\"emma\", 3)]
emma: 3 copies, 2700 cents
moby: 5 copies, 6000 cents
no longer needed: [\"sales.SalesByIsbn@1\"]
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn the_past_is_there() {
    let printed = time_travel::run().await.unwrap();
    let expected = "\
now: 980 cents
at version 0: 0 cents
at version 1: 700 cents
at version 2: 950 cents
at version 3: 980 cents
when event 1 was recorded: 700 cents
when event 2 was recorded: 950 cents
when event 3 was recorded: 980 cents
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn a_person_is_forgotten() {
    let printed = forgetting::run().await.unwrap();
    let expected = "\
a name is stored: false
280 cents by Ada Lovelace and Emmy Noether
280 cents by (forgotten) and Emmy Noether
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn old_events_are_read_as_those_of_today() {
    let printed = upcasting::run().await.unwrap();
    let expected = "\
lived in Den Haag (NL), Utrecht (NL), Gent (BE)
stored: post.AddressSet 1 {\"line\":\"Lange Poten 3, Den Haag\"}
stored: post.Moved 2 {\"town\":\"Utrecht\"}
stored: post.Moved 3 {\"town\":\"Gent\",\"country\":\"BE\"}
";
    assert_eq!(printed, expected);
}

#[test]
fn no_wrong_value_exists() {
    let printed = value_objects::run().unwrap();
    let expected = "\
3 copies
at most five books are lent at once (found 6)
at most five books are lent at once (found 6)
at most five books are lent at once (found 6)
a loan ends after it begins
Reader { id: ReaderId(1), email: Email(…) }, whose address has 15 characters
with another address, the same reader: true
library.too_many: reader 1 has too many books; later, perhaps: false
library.at_the_binder: the book is being bound; later, perhaps: true
";
    assert_eq!(printed, expected);
}

#[test]
fn a_library_reminds_whoever_is_there() {
    let expected = "\
after 8 days: 0 reminders, 1 counts, 0 late; to come: reminder/ada/9780141439518, weekly count
after 23 days: 1 reminders, 3 counts, 2 late; to come: weekly count
";
    assert_eq!(schedule::run().unwrap(), expected);
}

#[tokio::test]
async fn a_policy_orders_once_what_is_low() {
    let printed = policy::run().await.unwrap();
    let expected = "\
4 are sold, and 6 are on the shelf
4 are sold, and 22 are on the shelf
8 are sold, and 14 are on the shelf
12 are sold, and 22 are on the shelf
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn a_trip_is_booked_or_undone() {
    let printed = saga::run().await.unwrap();
    let expected = "\
trip 1: Completed: reserve Accepted, pay Accepted
trip 2: Compensated: reserve Compensated, pay Refused
        `pay` was refused: the card is declined (travel.declined)
trip 3: Completed: reserve Accepted, pay Accepted
trip 4: Compensated: reserve Refused
        `reserve` was refused: the flight is full (travel.full)
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn a_confirmation_is_sent_for_each_order_that_can_have_one() {
    let printed = task::run().await.unwrap();
    let expected = "\
order 1 is confirmed, at attempt 1
order 2 is confirmed, at attempt 3
shipping.Shipped after 1 attempt: there is no such address
0 failed are left
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn a_page_shows_what_is_left() {
    let printed = view::run().await.unwrap();
    let expected = "\
<h1>Emma</h1><p>1 left</p><button>lend</button>
<h1>Emma</h1><p>0 left</p><button>lend</button>
refused: no copy is left (library.none_left)
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn what_is_sold_here_is_known_there() {
    let printed = integration::run().await.unwrap();
    let expected = "\
3 copies of emma are to be sent
something came from elsewhere
it had come before
`trade.CopiesStolen` is not accepted here; dead letters: 1
";
    assert_eq!(printed, expected);
}
