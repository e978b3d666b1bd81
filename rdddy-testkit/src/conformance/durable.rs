//! Laws of stores that outlive their handle. Each is given how to close the store and open it again.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use std::future::Future;

use rdddy_core::message::MessageId;
use rdddy_core::store::{Appended, EventQuery, Expected, Position, Snapshot, Version};

use super::Store;
use super::document::{all, commit, documents, put, writing};
use super::sample::{event, head, one, stream};

/// Events, commands, snapshots and the head are the same after the store was closed, and it goes on
/// where it stopped.
pub async fn what_was_stored_survives_a_reopen<R, F>(store: Store, reopen: R)
where
    R: Fn(Store) -> F,
    F: Future<Output = Store>,
{
    let snapshot =
        Snapshot { stream: stream("0"), fingerprint: 7, version: Version(1), data: b"s".to_vec() };
    for id in 0..20 {
        let append = one(&(id % 3).to_string(), Expected::Any, id);
        let append = append.answering(MessageId(id), id.to_string().into_bytes());
        store.append(append).await.expect("nothing is in the way");
    }
    store.save_snapshot(snapshot.clone()).await.expect("a snapshot is kept");
    let query = EventQuery::all();
    let before = store.read(&query, &Position::START, 100).await.expect("a query is read");
    let at = head(&store).await;
    let store = reopen(store).await;
    let after = store.read(&query, &Position::START, 100).await.expect("a query is read");
    assert_eq!((after, head(&store).await), (before, at.clone()));
    let kept = store.load_snapshot(&stream("0"), 7).await.expect("snapshots are read");
    assert_eq!(kept, Some(snapshot));
    let command = store.find_command(MessageId(19)).await.expect("commands are read");
    assert_eq!(command.map(|known| known.command.reply), Some(b"19".to_vec()));
    let next = store.append(one("0", Expected::Version(Version(7)), 20)).await;
    let next = next.expect("the stream is where it was");
    let Appended::Stored { position, .. } = next else {
        unreachable!("an append without a command is not repeated")
    };
    assert!(position != at && position.reached(&at), "{position} follows {at}");
    let read = store.read_stream(&stream("0"), Version(8), 10).await.expect("a stream is read");
    assert_eq!(read.iter().map(|read| &read.event).collect::<Vec<_>>(), [&event(20)]);
}

/// A command whose answer was lost with the process is answered as the first time.
pub async fn a_repeated_command_is_known_after_a_reopen<R, F>(store: Store, reopen: R)
where
    R: Fn(Store) -> F,
    F: Future<Output = Store>,
{
    let command = one("a", Expected::NoStream, 1).answering(MessageId(1), b"ok".to_vec());
    store.append(command.clone()).await.expect("an empty store takes events");
    let store = reopen(store).await;
    let Ok(Appended::Repeated(known)) = store.append(command).await else {
        unreachable!("a known command is answered as before")
    };
    assert_eq!(known.command.reply, b"ok");
    assert_eq!(known.position, head(&store).await);
}

/// Documents are the same after the store was closed.
pub async fn documents_survive_a_reopen<R, F>(store: Store, reopen: R)
where
    R: Fn(Store) -> F,
    F: Future<Output = Store>,
{
    let kept = documents(&store);
    commit(&kept, writing((0..20).map(|n| put("t", &format!("{n:02}"), &n.to_string())))).await;
    let before = all(&kept, "t", 7).await;
    drop(kept);
    let store = reopen(store).await;
    let kept = documents(&store);
    assert_eq!((all(&kept, "t", 7).await, before.len()), (before, 20));
    commit(&kept, writing([put("t", "20", "20")])).await;
    assert_eq!(all(&kept, "t", 7).await.len(), 21);
}
