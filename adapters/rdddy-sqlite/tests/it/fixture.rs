//! What the tests share: folders, events, and running a future.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rdddy_core::message::{MessageId, Metadata, Timestamp};
use rdddy_core::store::{
    Append, Appended, EventQuery, EventStore, Expected, NewEvent, Page, Position, ReadError,
    StoredEvent, StreamName, Tag,
};
use rdddy_sqlite::EmbeddedStore;

/// An empty folder that goes away with the test, unless it fails.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sqlite-{}-{count}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

pub(crate) fn run<T>(body: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(body)
}

pub(crate) fn stream(key: &str) -> StreamName {
    StreamName::new("sales.Order", key).unwrap()
}

pub(crate) fn event(id: u128) -> NewEvent {
    let id = MessageId(id);
    NewEvent {
        id,
        name: "sales.OrderPlaced".into(),
        schema: 1,
        data: format!("{{\"order\":\"{id}\"}}").into_bytes(),
        tags: vec![Tag::new("order", &id.to_string()).unwrap()],
        metadata: Metadata::first(id, Timestamp::default()),
    }
}

pub(crate) fn append(key: &str, expected: Expected, id: u128) -> Append {
    Append::new(Timestamp::default()).to(stream(key), expected, vec![event(id)])
}

pub(crate) fn position(appended: Appended) -> Position {
    match appended {
        Appended::Stored { position, .. } => position,
        Appended::Repeated(known) => known.position,
    }
}

/// Every event, page by page.
pub(crate) async fn everything(store: &EmbeddedStore) -> Result<Vec<StoredEvent>, ReadError> {
    let (mut events, mut after) = (Vec::new(), Position::START);
    loop {
        let page: Page = store.read(&EventQuery::all(), &after, 1000).await?;
        events.extend(page.events);
        after = page.reached;
        if page.at_head {
            return Ok(events);
        }
    }
}
