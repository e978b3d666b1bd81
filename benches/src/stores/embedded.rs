//! The embedded store, through its port: callers that each wait for their event to be durable.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rdddy::EmbeddedStore;
use rdddy::message::{MessageId, Metadata, Timestamp};
use rdddy::store::{Append, EventStore, Expected, NewEvent, StreamName, Tag, Version};
use tokio::sync::Mutex;

use crate::stopwatch::Stopwatch;
use crate::work::{Dice, ROUND, STREAMS, data};

/// What is stored for each event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Metadata, a tag, and the command's id and reply.
    Whole,
    /// Metadata.
    Plain,
}

/// Events per second, over all `callers`.
pub(crate) fn run(
    file: &Path,
    callers: u64,
    content: Content,
    budget: Duration,
) -> Result<f64, String> {
    let store = Arc::new(EmbeddedStore::open(file).map_err(|error| error.to_string())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    // One caller at a time decides about a stream, as an aggregate would.
    let versions: Arc<Vec<Mutex<u64>>> = Arc::new((0..STREAMS).map(|_| Mutex::default()).collect());
    runtime.block_on(async {
        let mut stopwatch = Stopwatch::new(budget);
        let mut seed = 0;
        while stopwatch.has_time() {
            stopwatch.start();
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    seed += 1;
                    let (store, versions) = (Arc::clone(&store), Arc::clone(&versions));
                    tokio::spawn(call(store, versions, content, Dice(seed << 32), ROUND / callers))
                })
                .collect();
            for task in tasks {
                task.await.map_err(|error| error.to_string())??;
            }
            stopwatch.stop(ROUND);
        }
        Ok(stopwatch.per_second())
    })
}

/// How many ids were made.
static MADE: AtomicU64 = AtomicU64::new(0);

async fn call(
    store: Arc<EmbeddedStore>,
    versions: Arc<Vec<Mutex<u64>>>,
    content: Content,
    mut dice: Dice,
    times: u64,
) -> Result<(), String> {
    let (category, name): (Arc<str>, Arc<str>) = ("bank.Account".into(), "bank.Deposited".into());
    let at = Timestamp(Duration::from_millis(1_795_370_000_000));
    for _ in 0..times {
        let number = dice.roll() % STREAMS;
        let mut version = versions[number as usize].lock().await;
        // As a system makes them: by time, then by chance.
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let id = MessageId(u128::from(nth) << 64 | u128::from(dice.roll()));
        let key = format!("account-{number:08}");
        let mut event = NewEvent {
            id,
            name: Arc::clone(&name),
            schema: 1,
            data: data(number).into_bytes(),
            tags: Vec::new(),
            metadata: Metadata::first(id, at),
        };
        if content == Content::Whole {
            event.tags.push(Tag::new("account", &key).map_err(|error| error.to_string())?);
        }
        let stream =
            StreamName::new(Arc::clone(&category), key).map_err(|error| error.to_string())?;
        let mut append =
            Append::new(at).to(stream, Expected::Version(Version(*version)), vec![event]);
        if content == Content::Whole {
            append = append.answering(MessageId(id.0 ^ 1), b"null".to_vec());
        }
        store.append(append).await.map_err(|error| error.to_string())?;
        *version += 1;
    }
    Ok(())
}
