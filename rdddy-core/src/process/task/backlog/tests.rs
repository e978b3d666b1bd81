//! Work in memory: what is taken when.

use super::*;
use crate::message::{Metadata, Timestamp};
use crate::process::task::row::row_key;
use crate::store::{NewEvent, Position, StoredEvent, StreamName, Version};

const NOW: Duration = Duration::ZERO;

/// The row of the event at `position`, of the stream `key`.
fn row(position: u64, key: &str) -> (Arc<str>, Row) {
    let id = MessageId(position.into());
    let position = Position::from_sequence(position);
    let row = Row::of(&StoredEvent {
        stream: StreamName::new("sales.Order", key).unwrap(),
        version: Version(1),
        recorded_at: Timestamp::default(),
        event: NewEvent {
            id,
            name: "sales.Shipped".into(),
            schema: 1,
            data: Vec::new(),
            tags: Vec::new(),
            metadata: Metadata::first(id, Timestamp::default()),
        },
        position: position.clone(),
    });
    (row_key(&position).into(), row)
}

fn with(rows: &[(u64, &str)]) -> Backlog {
    let backlog = Backlog::default();
    rows.iter().for_each(|(position, key)| {
        let (at, row) = row(*position, key);
        backlog.add(at, row);
    });
    backlog
}

fn event(work: &Work) -> u128 {
    work.row.event.0
}

#[test]
fn the_first_of_each_stream_is_taken_the_earliest_first() {
    let backlog = with(&[(3, "b"), (4, "a"), (1, "a"), (2, "a"), (5, "c")]);
    let [one, three] = [(); 2].map(|()| backlog.take(NOW, 2).unwrap());
    assert_eq!((event(&one), event(&three)), (1, 3));
    assert!(backlog.take(NOW, 2).is_none(), "two are under way");
    assert_eq!(backlog.counts(), (3, 2));
    backlog.put_back(&one, Then::Settled, NOW);
    assert_eq!(event(&backlog.take(NOW, 2).unwrap()), 2);
    assert_eq!(event(&backlog.take(NOW, 3).unwrap()), 5, "a stream is done one by one");
    assert!(backlog.take(NOW, 9).is_none());
}

#[test]
fn what_is_to_be_tried_again_holds_its_stream_and_no_other() {
    let backlog = with(&[(1, "a"), (2, "a"), (3, "b")]);
    let one = backlog.take(NOW, 1).unwrap();
    let soon = Duration::from_secs(1);
    backlog.put_back(&one, Then::Again(soon), NOW);
    assert_eq!(event(&backlog.take(NOW, 9).unwrap()), 3);
    assert!(backlog.take(NOW, 9).is_none());
    assert_eq!(backlog.earliest(), Some(soon));
    assert_eq!(event(&backlog.take(soon, 9).unwrap()), 1);
    assert_eq!(backlog.earliest(), None);
}

#[test]
fn what_is_cancelled_is_taken_at_once() {
    let backlog = with(&[(1, "a")]);
    let one = backlog.take(NOW, 1).unwrap();
    backlog.put_back(&one, Then::Again(Duration::MAX), NOW);
    backlog.cancel(MessageId(1));
    assert!(one.cancellation.is_cancelled());
    assert_eq!(event(&backlog.take(NOW, 1).unwrap()), 1);
    assert_eq!(backlog.earliest(), None);
}

#[test]
fn a_row_that_comes_twice_is_there_once() {
    let backlog = with(&[(1, "a"), (1, "a")]);
    let one = backlog.take(NOW, 9).unwrap();
    backlog.put_back(&one, Then::Settled, NOW);
    assert!(backlog.take(NOW, 9).is_none());
    assert_eq!(backlog.counts(), (0, 0));
}

fn page(positions: std::ops::Range<u64>) -> Vec<(Arc<str>, Option<Row>)> {
    let row = |position| {
        let (key, row) = row(position, "a");
        (key, Some(row))
    };
    positions.map(row).collect()
}

#[test]
fn the_table_is_read_to_its_end_as_long_as_there_is_room() {
    let backlog = Backlog::default();
    assert!(backlog.want().is_none());
    backlog.more();
    let most = limits::TASKS_LOADED_MAX as u64;
    let want = backlog.want().unwrap();
    assert_eq!(want.after, None);
    backlog.paged(&want, page(1..most + 1));
    assert!(backlog.want().is_none(), "there is no room");
    let one = backlog.take(NOW, 1).unwrap();
    backlog.put_back(&one, Then::Settled, NOW);
    let want = backlog.want().unwrap();
    assert_eq!(want.after, page(most..most + 1).pop().map(|(key, _)| key));
    // Something comes while the end is found.
    backlog.more();
    backlog.paged(&want, Vec::new());
    assert!(backlog.want().is_some());
}

#[test]
fn a_table_that_is_to_be_read_again_is_read_from_its_beginning() {
    let backlog = Backlog::default();
    backlog.more();
    let want = backlog.want().unwrap();
    backlog.read_again();
    backlog.paged(&want, page(1..3));
    assert_eq!(backlog.want().unwrap().after, None);
    assert_eq!(backlog.counts(), (2, 0));
}
