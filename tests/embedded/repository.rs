//! The states of aggregates in a file, now and formerly.

use rdddy::EmbeddedStore;
use rdddy::host::LoadError;
use rdddy::message::Timestamp;
use rdddy::prelude::*;
use rdddy::store::Version;
use serde::{Deserialize, Serialize};

use super::Folder;

#[derive(Clone, Command)]
struct Count {
    #[key]
    counter: String,
    by: u64,
}

#[derive(Deserialize, Event, Serialize)]
struct Counted {
    by: u64,
}

#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
struct Counter {
    total: u64,
}

#[aggregate(id = String, snapshot(every = 10))]
impl Counter {
    #[handler]
    fn count(&self, count: Count) -> Counted {
        Counted { by: count.by }
    }

    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.total += event.by;
    }
}

/// An id with everything that a file, or SQL, could stumble over.
const ID: &str = "'; drop table events; --\u{0}\u{1F980}/..%";

#[tokio::test]
async fn every_former_state_is_there_after_a_restart() {
    let folder = Folder::new("repository");
    let mut times = Vec::new();
    for life in 0..3 {
        let store = EmbeddedStore::open(folder.file("counters.db")).unwrap();
        let system = ActorSystem::builder().store(store).start().await.unwrap();
        for nth in 1..=9 {
            let by = life * 9 + nth;
            system.execute(Count { counter: ID.into(), by }).await.unwrap();
        }
        let counters = system.repository::<Counter>().unwrap();
        let id = ID.to_owned();
        let end = (life + 1) * 9;
        assert!(counters.exists(&id).await.unwrap());
        assert!(!counters.exists(&"nobody".to_owned()).await.unwrap());
        assert_eq!(counters.load(&id).await.unwrap().version, Version(end));
        let mut history = counters.history(&id).unwrap();
        times.clear();
        for version in 1..=end {
            let past = history.next().await.unwrap().unwrap();
            assert_eq!(past.version, Version(version));
            assert_eq!(past.happened().downcast::<Counted>().unwrap().by, version);
            times.push(past.recorded_at);
            let then = counters.as_of(&id, Version(version)).await.unwrap();
            assert_eq!(then.state.total, (1..=version).sum::<u64>());
        }
        assert!(history.next().await.unwrap().is_none());
        let missing = counters.as_of(&id, Version(end + 1)).await.unwrap_err();
        assert!(matches!(missing, LoadError::NoSuchVersion { .. }), "{missing}");
        assert_eq!(counters.at(&id, Timestamp::default()).await.unwrap().version, Version::NONE);
        // Several events may have the time of one tick.
        for time in &times {
            let until = times.iter().take_while(|other| *other <= time).count() as u64;
            assert_eq!(counters.at(&id, *time).await.unwrap().version, Version(until));
        }
        system.shutdown().await;
    }
}
