//! Somebody is forgotten at the very moment at which an aggregate decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rdddy::domain::KeyError;
use rdddy::prelude::*;
use rdddy::store::{EventStore, MemoryStore, Position, Version};
use serde::{Deserialize, Serialize};

/// Hides nothing, and forgets somebody while the first `times` values are written.
struct Hasty {
    times: u64,
    forgotten: AtomicU64,
}

impl KeyStore for Hasty {
    fn seal(&self, _: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        if self.forgotten.load(Ordering::SeqCst) < self.times {
            self.forgotten.fetch_add(1, Ordering::SeqCst);
        }
        Ok(plain.to_vec())
    }

    fn open(&self, _: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
        Ok(Some(sealed.to_vec()))
    }

    fn forget(&self, _: &str) -> Result<bool, KeyError> {
        Ok(false)
    }

    fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }
}

#[derive(Clone, Command)]
struct Greet {
    #[key]
    list: u64,
    name: Personal<String>,
}

/// Cannot be decided again.
#[derive(Command)]
struct GreetOnce {
    #[key]
    list: u64,
    name: Personal<String>,
}

#[derive(Deserialize, Event, Serialize)]
struct Greeted {
    name: Personal<String>,
}

#[derive(Default, Deserialize, Serialize)]
struct Greetings {
    names: Vec<Personal<String>>,
}

#[aggregate(id = u64, stored = state)]
impl Greetings {
    #[handler]
    fn greet(&self, greet: Greet) -> Greeted {
        Greeted { name: greet.name }
    }

    #[handler]
    fn greet_once(&self, greet: GreetOnce) -> Greeted {
        Greeted { name: greet.name }
    }

    #[apply]
    fn greeted(&mut self, event: &Greeted) {
        self.names.push(event.name.clone());
    }
}

fn ada() -> Personal<String> {
    Personal::new("ada", "Ada".to_owned())
}

async fn hall(store: &MemoryStore, times: u64) -> ActorSystem {
    let keys = Arc::new(Hasty { times, forgotten: AtomicU64::new(0) });
    ActorSystem::builder().store(store.reopen()).keys(keys).start().await.unwrap()
}

#[tokio::test]
async fn what_was_decided_on_somebody_who_is_forgotten_is_decided_anew() {
    let store = MemoryStore::new();
    let system = hall(&store, 2).await;
    let greeted = system.execute(Greet { list: 1, name: ada() }).await.unwrap();
    assert_eq!(greeted.version, Version(1));
    let greetings = system.repository::<Greetings>().unwrap();
    assert_eq!(greetings.load(&1).await.unwrap().state.names, [ada()]);
}

#[tokio::test]
async fn what_cannot_be_decided_anew_is_refused_and_stores_nothing() {
    let store = MemoryStore::new();
    let system = hall(&store, 1).await;
    let refused = system.execute(GreetOnce { list: 1, name: ada() }).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Conflict(_)), "{refused}");
    assert_eq!(store.head().await.unwrap(), Position::START);
    system.execute(GreetOnce { list: 1, name: ada() }).await.unwrap();
}
