//! What comes.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::{CloudEvent, DeadLetterError, DeadLettered, Inbox, ReceiveError, Received};
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::shop::{CopiesSold, sold};

/// Copies that have gone, by what others say.
#[derive(Default, Serialize, Deserialize)]
struct Gone(u32);

#[projection(key = isbn: String)]
impl Gone {
    #[handler]
    fn sold(&mut self, event: &CopiesSold) {
        self.0 += event.copies;
    }
}

pub(super) fn event(id: &str, data: serde_json::Value) -> CloudEvent {
    let json = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/shop", "data": data,
        "type": <CopiesSold as rdddy::message::Message>::name(),
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    serde_json::from_value(json).unwrap()
}

pub(super) fn of_emma(id: &str) -> CloudEvent {
    event(id, serde_json::json!({ "isbn": "emma", "copies": 2 }))
}

#[rdddy_testkit::test]
async fn what_comes_is_stored_once_heard_and_followed(world: &mut World) {
    let store = MemoryStore::new();
    let disk = store.reopen();
    world.configure(|system| {
        system.store(disk).inbox(Inbox::new().accepts::<CopiesSold>()).projection::<Gone>()
    });
    let system = world.system().clone();
    let inbox = system.inbox().unwrap();
    let mut heard = system.subscribe::<CopiesSold>();
    let first = inbox.receive(of_emma("1")).await.unwrap();
    let Received::New(position) = &first else { panic!("{first:?}") };
    for _ in 0..2 {
        let again = inbox.receive(of_emma("1")).await.unwrap();
        assert_eq!(again, Received::Duplicate(position.clone()));
    }
    let other = CloudEvent { source: "/other".to_owned(), ..of_emma("1") };
    assert!(matches!(inbox.receive(other).await, Ok(Received::New(_))), "ids are of a source");
    assert_eq!(sold(&store).await.len(), 2);
    assert!(heard.try_next().is_some() && heard.try_next().is_some());
    assert!(heard.try_next().is_none());
    world.settle().await;
    let gone = system.projection::<Gone>().unwrap();
    assert_eq!(gone.get(&"emma".to_owned()).await.unwrap().unwrap().0, 4);
}

#[rdddy_testkit::test]
async fn what_cannot_be_taken_is_kept_and_taken_when_somebody_has_mended_it(world: &mut World) {
    let mut shop = world.durable(|system| system.inbox(Inbox::new().accepts::<CopiesSold>()));
    let system = shop.system().clone();
    let inbox = system.inbox().unwrap();
    let mut told = system.subscribe::<DeadLettered>();
    let unknown = CloudEvent { event_type: "moon.Risen".to_owned(), ..of_emma("1") };
    let error = inbox.receive(unknown).await.unwrap_err();
    assert!(matches!(&error, ReceiveError::Unknown { event_type } if event_type == "moon.Risen"));
    shop.advance(Duration::from_secs(1)).await;
    let odd = event("2", serde_json::json!({ "title": "emma", "copies": 2 }));
    let error = inbox.receive(odd).await.unwrap_err();
    assert!(matches!(error, ReceiveError::Malformed { .. }) && error.is_lasting(), "{error}");
    assert!(told.try_next().unwrap().kept && told.try_next().unwrap().kept);
    assert!(sold(&shop.disk()).await.is_empty());

    let letters = inbox.dead_letters().await.unwrap();
    let ids: Vec<_> = letters.iter().map(|letter| letter.id.clone()).collect();
    assert_eq!(letters.iter().map(|letter| &*letter.event.id).collect::<Vec<_>>(), ["1", "2"]);
    for id in &ids {
        assert!(matches!(inbox.replay(id).await, Err(DeadLetterError::Again { .. })));
    }
    assert_eq!(inbox.dead_letters().await.unwrap().len(), 2, "nothing is lost by trying");

    // A program that knows better, on the same store.
    let mut shop = shop.reborn(|system| system.inbox(Inbox::new().accepts::<repaired::Sold>()));
    let inbox = shop.system().inbox().unwrap();
    assert!(matches!(inbox.replay(&ids[1]).await.unwrap(), Received::New(_)));
    inbox.discard(&ids[0]).await.unwrap();
    assert!(inbox.dead_letters().await.unwrap().is_empty());
    assert!(matches!(inbox.replay(&ids[1]).await, Err(DeadLetterError::Unknown { .. })));
    let told = inbox.receive(of_emma("3")).await;
    assert!(matches!(told, Ok(Received::New(_))), "by its former name");
}

/// The next version of the program, which takes old shapes.
mod repaired {
    use rdddy::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(integration, formerly = "integration.CopiesSold")]
    pub(super) struct Sold {
        #[serde(alias = "title")]
        #[tag]
        isbn: String,
        copies: u32,
    }
}

#[tokio::test]
async fn what_has_happened_here_alone_is_not_taken_from_others() {
    let inbox = Inbox::new().accepts::<super::shop::TillOpened>();
    let builder = ActorSystem::builder().store(MemoryStore::new()).inbox(inbox);
    assert!(builder.start().await.is_err());
}
