//! What becomes of what a person does.

use rdddy::host::CommandOutcome;
use rdddy::message::{Message, MessageId};
use rdddy::store::{EventQuery, EventStore, MemoryStore, Position};
use rdddy::view::InputError;
use rdddy_testkit::World;

use super::page::{BuyClicked, Shaken, Sold, SoldPage, SwapClicked};

/// The names of all that is stored.
async fn stored(store: &MemoryStore) -> Vec<String> {
    let page = store.read(&EventQuery::all(), &Position::START, 100).await.unwrap();
    let names = page.events.iter().map(|stored| stored.event.name.to_string());
    names.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned()).collect()
}

#[rdddy_testkit::test]
async fn what_a_person_does_becomes_commands_and_is_seen(world: &mut World) {
    let store = MemoryStore::new();
    let disk = store.reopen();
    let system = world.configure(|system| system.store(disk).projection::<Sold>()).system().clone();
    let emma = system.mount(SoldPage("emma"));
    assert_eq!(emma.render().await.unwrap(), 0);
    let done = emma.input(BuyClicked { copies: 3 }).await.unwrap();
    let [bought] = &done[..] else { panic!("{done:?}") };
    let CommandOutcome::Accepted(position) = &bought.outcome else { panic!("{bought:?}") };
    assert!(bought.command.ends_with(".Sell"));
    assert_eq!(emma.render_after(position).await.unwrap(), 3);
    assert_eq!(emma.input(SwapClicked {}).await.unwrap().len(), 2);
    assert_eq!(stored(&store).await, ["BookSold", "BookReturned", "BookSold"]);
}

#[rdddy_testkit::test]
async fn what_was_sent_twice_is_done_once(world: &mut World) {
    let store = MemoryStore::new();
    let disk = store.reopen();
    let system = world.configure(|system| system.store(disk).projection::<Sold>()).system().clone();
    let emma = system.mount(SoldPage("emma"));
    for _ in 0..3 {
        let done = emma.input_json(MessageId(7), SwapClicked::name(), b"{}").await.unwrap();
        assert!(done.iter().all(|one| matches!(one.outcome, CommandOutcome::Accepted(_))));
    }
    assert_eq!(stored(&store).await, ["BookReturned", "BookSold"]);
    let done = emma.input_json(MessageId(8), BuyClicked::name(), br#"{"copies":1}"#).await;
    assert_eq!(done.unwrap().len(), 1);
    assert_eq!(stored(&store).await.len(), 3);
}

#[rdddy_testkit::test]
async fn what_is_not_understood_does_nothing_and_is_told(world: &mut World) {
    let store = MemoryStore::new();
    let disk = store.reopen();
    let system = world.configure(|system| system.store(disk).projection::<Sold>()).system().clone();
    let emma = system.mount(SoldPage("emma"));
    let id = MessageId(1);
    let error = emma.input_json(id, "shop.Nothing", b"{}").await.unwrap_err();
    let InputError::Unknown { input, takes, .. } = &error else { panic!("{error}") };
    assert!(input == "shop.Nothing" && takes.contains(BuyClicked::name()), "{error}");
    for json in [&b"{"[..], b"{}", b"[]", b"\xff", br#"{"copies":"many"}"#] {
        let error = emma.input_json(id, BuyClicked::name(), json).await.unwrap_err();
        assert!(matches!(error, InputError::Malformed { .. }), "{error}");
    }
    let error = emma.input(Shaken {}).await.unwrap_err();
    assert!(error.to_string().contains("she does not like that"), "{error}");
    assert!(system.mount(SoldPage("moby")).input(Shaken {}).await.unwrap().is_empty());
    assert!(stored(&store).await.is_empty());
}
