//! What is wrong around the file: locks, permissions, space, other contents.

use std::io::Write;

use rdddy_core::store::{AppendError, EventStore, Expected, Position};
use rdddy_sqlite::{EmbeddedStore, OpenError, limits};
use rusqlite::Connection;

use crate::fixture::{Folder, append, event, everything, position, run, stream};

#[test]
fn a_file_that_is_open_elsewhere_is_not_opened() {
    let folder = Folder::new();
    let path = folder.file("store.db");
    let store = EmbeddedStore::open(&path).unwrap();
    let refused = EmbeddedStore::open(&path).unwrap_err();
    assert!(matches!(refused, OpenError::Locked { .. }), "{refused}");
    run(store.append(append("a", Expected::Any, 1))).unwrap();
    drop(store);
    EmbeddedStore::open(&path).unwrap();
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.file("store.db");
    drop(EmbeddedStore::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = EmbeddedStore::open(&path).unwrap_err();
    assert!(matches!(refused, OpenError::NewerSchema { found: 99, known: 2, .. }), "{refused}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_of_somebody_else_is_refused_and_left_alone() {
    let folder = Folder::new();
    let theirs = folder.file("theirs.db");
    let connection = Connection::open(&theirs).unwrap();
    connection
        .execute_batch("create table notes(note text); insert into notes values ('x')")
        .unwrap();
    drop(connection);
    let text = folder.file("text.db");
    std::fs::write(&text, "not a database at all, and not even binary: just text").unwrap();
    for path in [theirs, text] {
        let before = std::fs::read(&path).unwrap();
        let refused = EmbeddedStore::open(&path).unwrap_err();
        assert!(matches!(refused, OpenError::NotAStore { .. }), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_path_that_is_no_file_is_refused() {
    let folder = Folder::new();
    std::fs::create_dir(folder.file("folder")).unwrap();
    for path in [folder.file("folder"), folder.file("missing/store.db")] {
        let refused = EmbeddedStore::open(path).unwrap_err();
        assert!(matches!(refused, OpenError::Refused { .. }), "{refused}");
    }
}

#[test]
fn names_that_mean_something_to_sqlite_are_files() {
    let folder = Folder::new();
    for name in [":memory:", "file:a?mode=memory", "a b'c.db"] {
        let path = folder.file(name);
        run(EmbeddedStore::open(&path).unwrap().append(append("a", Expected::Any, 1))).unwrap();
        assert_eq!(run(everything(&EmbeddedStore::open(&path).unwrap())).unwrap().len(), 1);
    }
}

#[test]
fn a_number_of_readers_beyond_the_limit_is_refused() {
    let folder = Folder::new();
    for readers in [0, limits::READERS_MAX + 1] {
        let builder = EmbeddedStore::builder().readers(readers);
        let refused = builder.open(folder.file("store.db")).unwrap_err();
        assert!(matches!(refused, OpenError::Option { option: "readers", .. }), "{refused}");
    }
}

/// Root may write to any file; then there is nothing to refuse, and nothing may be lost.
#[test]
fn a_read_only_file_is_refused_and_keeps_everything() {
    let folder = Folder::new();
    let path = folder.file("store.db");
    run(EmbeddedStore::open(&path).unwrap().append(append("a", Expected::Any, 1))).unwrap();
    let writable = std::fs::metadata(&path).unwrap().permissions();
    let mut permissions = writable.clone();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let privileged = std::fs::OpenOptions::new().write(true).open(&path).is_ok();
    let opened = EmbeddedStore::open(&path);
    assert_eq!(opened.is_ok(), privileged, "{opened:?}");
    if let Err(refused) = &opened {
        assert!(matches!(refused, OpenError::ReadOnly { .. }), "{refused}");
    }
    drop(opened);
    std::fs::set_permissions(&path, writable).unwrap();
    assert_eq!(run(everything(&EmbeddedStore::open(&path).unwrap())).unwrap().len(), 1);
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_keeps_the_rest() {
    let folder = Folder::new();
    let path = folder.file("store.db");
    let store = EmbeddedStore::builder().size_limit(400 * 1024).open(&path).unwrap();
    let stored = run(async {
        let mut waiting = Vec::new();
        for n in 0..400_u64 {
            let mut append = append("a", Expected::Any, n.into());
            append.streams[0].events[0].data = vec![b'x'; 4000];
            waiting.push(store.append(append));
        }
        let (mut stored, mut refused) = (0, 0);
        for append in waiting {
            match append.await {
                Ok(appended) => {
                    stored += 1;
                    assert_eq!(position(appended).sequence(), stored);
                }
                Err(AppendError::Refused { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(stored > 20 && refused > 200, "{stored} stored, {refused} refused");
        assert_eq!(store.head().await.unwrap(), Position::from_sequence(stored));
        assert_eq!(everything(&store).await.unwrap().len() as u64, stored);
        stored
    });
    drop(store);
    let store = EmbeddedStore::open(&path).unwrap();
    let next = run(store.append(append("a", Expected::Any, 1000))).unwrap();
    assert_eq!(position(next).sequence(), stored + 1);
    run(store.verify()).unwrap();
}

#[test]
fn malformed_rows_are_typed_errors_that_say_where() {
    let wrongs = [
        "update events set metadata = '{' where position = 2",
        "update events set tags = '[\"no tag\"]' where position = 2",
        "update events set tags = 'null' where position = 2",
        "update events set data = x'00' where position = 2",
        "update events set schema = -1 where position = 2",
        "update events set id = x'00' where position = 2",
        "update events set kind = 77 where position = 2",
        "update events set stream = 77 where position = 2",
        "update events set version = 77 where position = 2",
        "update events set checksum = -1 where position = 2",
        "delete from events where position = 2",
        "update streams set key = 'b'",
        "update kinds set name = 'sales.OrderPaid'",
        "delete from tags where position = 2",
        "delete from head",
        "update head set position = 7",
        "delete from events where position = 3",
    ];
    for wrong in wrongs {
        let folder = Folder::new();
        let path = folder.file("store.db");
        let store = EmbeddedStore::open(&path).unwrap();
        for id in 1..=3 {
            run(store.append(append("a", Expected::Any, id))).unwrap();
        }
        drop(store);
        Connection::open(&path).unwrap().execute_batch(wrong).unwrap();
        let refused = EmbeddedStore::open(&path).unwrap_err();
        assert!(matches!(refused, OpenError::Corrupt { .. }), "{wrong}: {refused}");
    }
}

/// Far behind the events that are looked at when the store is opened.
#[test]
fn damage_is_found_where_it_is_read() {
    let folder = Folder::new();
    let path = folder.file("store.db");
    let store = EmbeddedStore::open(&path).unwrap();
    let events = (0..500).map(event).collect();
    let many = rdddy_core::store::Append::new(rdddy_core::message::Timestamp::default())
        .to(stream("a"), Expected::NoStream, events)
        .answering(rdddy_core::message::MessageId(1), b"ok".to_vec());
    run(store.append(many)).unwrap();
    drop(store);
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "update events set data = x'7b7d' where position = 7;
             update commands set reply = x'00';",
        )
        .unwrap();
    drop(connection);
    let store = EmbeddedStore::open(&path).unwrap();
    run(async {
        let refused = everything(&store).await.unwrap_err();
        assert!(format!("{refused}").contains("position 7"), "{refused}");
        let from = rdddy_core::store::Version(1);
        let refused = store.read_stream(&stream("a"), from, 100).await.unwrap_err();
        assert!(!refused.is_transient() && format!("{refused}").contains("position 7"));
        store.verify().await.unwrap_err();
        let id = rdddy_core::message::MessageId(1);
        store.find_command(id).await.unwrap_err();
        let again = append("a", Expected::Any, 1).answering(id, Vec::new());
        let refused = store.append(again).await.unwrap_err();
        assert!(matches!(refused, AppendError::Corrupt { .. }), "{refused}");
        // What is whole goes on.
        store.append(append("a", Expected::Any, 1000)).await.unwrap();
    });
}

#[test]
fn a_lock_file_that_was_left_behind_is_no_lock() {
    let folder = Folder::new();
    let mut left = std::fs::File::create(folder.file("store.db-lock")).unwrap();
    left.write_all(b"left").unwrap();
    EmbeddedStore::open(folder.file("store.db")).unwrap();
}
