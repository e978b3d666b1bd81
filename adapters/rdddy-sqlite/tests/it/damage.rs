//! Files that were cut or changed: what was acknowledged before is there, or the error says where.

use std::path::{Path, PathBuf};

use rdddy_core::store::{EventStore, Expected, Version};
use rdddy_sqlite::{EmbeddedStore, OpenError};

use crate::fixture::{Folder, append, everything, run, stream};

const EVENTS: u128 = 40;

/// The bytes of a store: its database, and its write-ahead log.
struct Image {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Image {
    /// One that was closed, or one whose process crashed after every event was acknowledged.
    fn new(folder: &Folder, closed: bool) -> Self {
        let path = folder.file("original.db");
        let store = EmbeddedStore::open(&path).unwrap();
        for id in 0..EVENTS {
            run(store.append(append(&(id % 3).to_string(), Expected::Any, id))).unwrap();
        }
        let (database, log);
        if closed {
            drop(store);
            (database, log) = (std::fs::read(&path).unwrap(), Vec::new());
            assert!(!wal(&path).exists(), "a store that is closed has no log");
        } else {
            (database, log) = (std::fs::read(&path).unwrap(), std::fs::read(wal(&path)).unwrap());
        }
        Image { database, log }
    }

    /// Opens it: how many of the events are there, from the first on. `None` when it was refused.
    fn open(&self, path: &Path, what: &str) -> Option<u128> {
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(beside(path, suffix));
        }
        std::fs::write(path, &self.database).unwrap();
        if !self.log.is_empty() {
            std::fs::write(wal(path), &self.log).unwrap();
        }
        let store = match EmbeddedStore::open(path) {
            Ok(store) => store,
            Err(refused) => {
                let said =
                    matches!(&refused, OpenError::Corrupt { place, .. } if !place.is_empty());
                assert!(
                    said || matches!(refused, OpenError::NotAStore { .. }),
                    "{what}: {refused}"
                );
                return None;
            }
        };
        let events = match run(everything(&store)) {
            Ok(events) => events,
            Err(refused) => {
                assert!(!refused.is_transient(), "{what}: {refused}");
                return None;
            }
        };
        for key in 0..3_u128 {
            let name = stream(&key.to_string());
            let read = run(store.read_stream(&name, Version(1), 1000));
            let expected = events.iter().filter(|stored| stored.stream == name).count();
            assert!(read.is_err() || read.is_ok_and(|read| read.len() == expected), "{what}");
        }
        let ids: Vec<u128> = events.iter().map(|stored| stored.event.id.0).collect();
        assert_eq!(ids, (0..ids.len() as u128).collect::<Vec<_>>(), "{what}");
        Some(ids.len() as u128)
    }
}

fn wal(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Every `step`-th of the cases, and the first and last few.
fn sample(from: usize, to: usize, step: usize) -> impl Iterator<Item = usize> {
    (from..to).filter(move |n| (n - from).is_multiple_of(step) || n - from < 16 || to - n <= 16)
}

#[test]
fn a_database_that_was_cut_is_refused() {
    let folder = Folder::new();
    let mut image = Image::new(&folder, true);
    let whole = image.database.clone();
    let path = folder.file("cut.db");
    assert_eq!(image.open(&path, "whole"), Some(EVENTS));
    for length in sample(whole.len() - 4096, whole.len(), 1) {
        image.database.truncate(0);
        image.database.extend(&whole[..length]);
        assert_eq!(image.open(&path, "cut"), None, "cut at {length}");
    }
}

#[test]
fn a_log_that_was_cut_opens_with_all_that_was_acknowledged_before_the_cut() {
    let folder = Folder::new();
    let mut image = Image::new(&folder, false);
    let whole = image.log.clone();
    let path = folder.file("cut.db");
    let mut last = 0;
    for length in sample(whole.len() - 4096, whole.len() + 1, 7) {
        image.log.truncate(0);
        image.log.extend(&whole[..length]);
        let found = image.open(&path, "cut").unwrap_or_default();
        assert!(found >= last && found + 1 >= EVENTS, "cut at {length}: {found}");
        last = found;
    }
    assert_eq!(last, EVENTS);
}

#[test]
fn a_bit_that_was_flipped_in_the_last_record_loses_nothing_before_it() {
    let folder = Folder::new();
    let mut image = Image::new(&folder, true);
    let path = folder.file("flipped.db");
    // The last event's row: the id stands in it, and all of it is near.
    let id = (EVENTS - 1).to_be_bytes();
    let at = image.database.windows(16).position(|bytes| bytes == id).unwrap();
    for byte in at - 24..at + 200 {
        for bit in 0..8 {
            image.database[byte] ^= 1 << bit;
            let found = image.open(&path, "flipped");
            assert!(found.is_none_or(|found| found == EVENTS), "byte {byte}, bit {bit}: {found:?}");
            image.database[byte] ^= 1 << bit;
        }
    }
}

/// Anywhere at all, its indexes and pages included; sampled.
#[test]
fn a_bit_that_was_flipped_anywhere_loses_nothing_silently() {
    let folder = Folder::new();
    let mut image = Image::new(&folder, true);
    let path = folder.file("flipped.db");
    for byte in sample(100, image.database.len(), 61) {
        let bit = byte % 8;
        image.database[byte] ^= 1 << bit;
        let found = image.open(&path, "flipped");
        assert!(found.is_none_or(|found| found == EVENTS), "byte {byte}: {found:?}");
        image.database[byte] ^= 1 << bit;
    }
}

/// SQLite by itself would take the damage for the end of the log, and lose what follows.
#[test]
fn a_bit_that_was_flipped_earlier_in_the_log_is_refused() {
    let folder = Folder::new();
    let mut image = Image::new(&folder, false);
    let path = folder.file("flipped.db");
    for byte in sample(0, image.log.len() / 2, 4099) {
        image.log[byte] ^= 4;
        assert_eq!(image.open(&path, "flipped"), None, "byte {byte}");
        image.log[byte] ^= 4;
    }
    assert_eq!(image.open(&path, "whole"), Some(EVENTS));
}

#[test]
fn a_bit_that_was_flipped_in_the_last_frame_of_the_log_loses_nothing_before_it() {
    let folder = Folder::new();
    let mut image = Image::new(&folder, false);
    let path = folder.file("flipped.db");
    let frame = image.log.len() - 4096 - 24;
    for byte in sample(frame, image.log.len(), 23) {
        for bit in [0, 7] {
            image.log[byte] ^= 1 << bit;
            let found = image.open(&path, "flipped");
            assert!(found.is_none_or(|found| found + 1 >= EVENTS), "byte {byte}: {found:?}");
            image.log[byte] ^= 1 << bit;
        }
    }
}
