//! Keys of people: what they encrypt, and that nothing is left of one that is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rdddy_core::domain::{KeyError, KeyStore, Personal, with_keys};
use rdddy_sqlite::{EmbeddedKeys, OpenKeysError};
use rusqlite::Connection;

use crate::fixture::Folder;

const FILE: &str = "keys.db";

/// The files of `folder` as a crash would leave them, in a folder of their own.
fn crashed(folder: &Folder) -> Folder {
    let copy = Folder::new();
    for name in [FILE, "keys.db-wal"] {
        if folder.file(name).exists() {
            std::fs::copy(folder.file(name), copy.file(name)).unwrap();
        }
    }
    copy
}

/// The bytes of each key, by its subject.
fn bytes_of_keys(folder: &Folder) -> BTreeMap<String, [u8; 32]> {
    let copy = crashed(folder);
    let connection = Connection::open(copy.file(FILE)).unwrap();
    let mut rows = connection.prepare("select subject, key from keys where not forgotten").unwrap();
    let found = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    found.map(Result::unwrap).collect()
}

/// Those of `keys` that stand anywhere in the files of `folder`.
fn found(folder: &Folder, keys: impl IntoIterator<Item = [u8; 32]>) -> BTreeSet<[u8; 32]> {
    let keys: BTreeSet<_> = keys.into_iter().collect();
    let mut found = BTreeSet::new();
    for file in std::fs::read_dir(folder.file("")).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        let windows = content.windows(32).filter_map(|window| <[u8; 32]>::try_from(window).ok());
        found.extend(windows.filter(|window| keys.contains(window)));
    }
    found
}

fn open(folder: &Folder) -> EmbeddedKeys {
    EmbeddedKeys::open(folder.file(FILE)).unwrap()
}

fn damaged(subject: &str) -> KeyError {
    KeyError::Damaged { subject: subject.into() }
}

#[test]
fn what_is_sealed_is_opened_until_it_is_forgotten() {
    let folder = Folder::new();
    let (ada, bob);
    {
        let keys = open(&folder);
        ada = keys.seal("ada", b"ada@example.com").unwrap();
        bob = keys.seal("bob", b"bob@example.com").unwrap();
        assert!(!ada.windows(3).any(|window| window == b"ada"));
        assert_eq!(keys.open("ada", &ada).unwrap().unwrap(), b"ada@example.com");
    }
    let keys = open(&folder);
    assert_eq!(keys.open("ada", &ada).unwrap().unwrap(), b"ada@example.com");
    assert_eq!(keys.forget("ada"), Ok(true));
    assert_eq!(keys.forget("ada"), Ok(false));
    assert_eq!(keys.forget("nobody"), Ok(false));
    assert_eq!(keys.open("ada", &ada), Ok(None));
    assert_eq!(keys.open("bob", &bob).unwrap().unwrap(), b"bob@example.com");

    let again = keys.seal("ada", b"ada@example.org").unwrap();
    drop(keys);
    let keys = open(&folder);
    assert_eq!(keys.open("ada", &ada), Ok(None), "what is old stays forgotten");
    assert_eq!(keys.open("ada", &again).unwrap().unwrap(), b"ada@example.org");
}

#[test]
fn nothing_is_left_of_a_key_that_is_forgotten() {
    let folder = Folder::new();
    let keys = open(&folder);
    let (mut known, mut gone) = (BTreeMap::new(), Vec::new());
    for round in 0..8_usize {
        for nth in 0..150 {
            // Of all lengths, so that pages are filled in all ways.
            let subject = format!("{}-{round}-{nth}", "x".repeat(nth * 37 % 400));
            keys.seal(&subject, b"secret").unwrap();
        }
        known = bytes_of_keys(&folder);
        let chosen: Vec<_> = known.keys().skip(round).step_by(3).cloned().collect();
        for subject in chosen {
            assert_eq!(keys.forget(&subject), Ok(true));
            gone.extend(known.remove(&subject));
        }
    }
    assert!(gone.len() > 500 && known.len() > 50, "{} {}", gone.len(), known.len());
    assert_eq!(found(&folder, gone.iter().copied()).len(), 0, "of {}", gone.len());
    assert_eq!(found(&folder, known.values().copied()).len(), known.len(), "the others are there");
    drop(keys);
    assert_eq!(found(&folder, gone).len(), 0, "closing brings none back");
}

#[test]
fn a_crash_between_forgetting_and_cutting_the_log_is_made_up_for() {
    let folder = Folder::new();
    let sealed = open(&folder).seal("ada", b"secret").unwrap();
    let key = bytes_of_keys(&folder)["ada"];
    let connection = Connection::open(folder.file(FILE)).unwrap();
    connection
        .execute_batch(
            "update keys set subject = 'ada'; \
             update keys set forgotten = 1, key = zeroblob(32), checksum = zeroblob(4)",
        )
        .unwrap();
    let after = crashed(&folder);
    assert_eq!(found(&after, [key]).len(), 1, "the log has it");
    let keys = open(&after);
    assert_eq!(found(&after, [key]).len(), 0);
    assert_eq!(keys.open("ada", &sealed), Ok(None));
}

#[test]
fn a_key_that_sealed_something_survives_a_crash() {
    let folder = Folder::new();
    let keys = open(&folder);
    for nth in 0..20 {
        let subject = format!("customer-{nth}");
        let sealed = keys.seal(&subject, b"secret").unwrap();
        let after = open(&crashed(&folder));
        assert_eq!(after.open(&subject, &sealed).unwrap().unwrap(), b"secret");
    }
}

#[test]
fn what_was_changed_or_is_somebody_elses_is_told_from_what_is_forgotten() {
    let (here, there) = (Folder::new(), Folder::new());
    let (keys, others) = (open(&here), open(&there));
    let sealed = keys.seal("ada", b"secret").unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(keys.open("ada", &changed), Err(damaged("ada")), "bit {bit}");
    }
    for end in 0..sealed.len() {
        assert_eq!(keys.open("ada", &sealed[..end]), Err(damaged("ada")), "cut at {end}");
    }
    assert_eq!(keys.open("bob", &sealed), Err(damaged("bob")), "about somebody else");
    assert_eq!(others.open("ada", &sealed), Err(damaged("ada")), "from another file");
    keys.forget("ada").unwrap();
    assert_eq!(keys.open("bob", &sealed), Err(damaged("bob")), "about somebody else, forgotten");
}

#[test]
fn a_row_that_was_changed_is_damage_and_not_forgotten() {
    for change in [
        "key = zeroblob(32)",
        "forgotten = 1",
        "checksum = zeroblob(4)",
        "subject = 'bob'",
        "key = randomblob(32)",
        "forgotten = 1, key = zeroblob(32)",
    ] {
        let folder = Folder::new();
        let sealed = open(&folder).seal("ada", b"secret").unwrap();
        let sql = format!("update keys set {change}");
        Connection::open(folder.file(FILE)).unwrap().execute_batch(&sql).unwrap();
        let keys = open(&folder);
        assert_eq!(keys.open("ada", &sealed), Err(damaged("ada")), "{change}");
        assert_eq!(keys.open("ada", &sealed), Err(damaged("ada")), "{change}");
    }
}

#[test]
fn a_file_that_is_open_elsewhere_is_not_opened() {
    let folder = Folder::new();
    let keys = open(&folder);
    let refused = EmbeddedKeys::open(folder.file(FILE)).unwrap_err();
    assert!(matches!(refused, OpenKeysError::Locked { .. }), "{refused}");
    assert!(Connection::open(folder.file(FILE)).unwrap().execute_batch("vacuum").is_err());
    keys.seal("ada", b"secret").unwrap();
    drop(keys);
    open(&folder);
}

#[test]
fn a_newer_schema_and_a_file_of_somebody_else_are_refused_and_left_alone() {
    let refused = |path: &Path| {
        let before = std::fs::read(path).unwrap();
        let refused = EmbeddedKeys::open(path).unwrap_err();
        assert_eq!(std::fs::read(path).unwrap(), before);
        refused
    };
    let folder = Folder::new();
    drop(open(&folder));
    Connection::open(folder.file(FILE)).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let newer = refused(&folder.file(FILE));
    assert!(matches!(newer, OpenKeysError::NewerSchema { found: 99, known: 1, .. }), "{newer}");

    let (events, text) = (folder.file("events.db"), folder.file("text.db"));
    drop(rdddy_sqlite::EmbeddedStore::open(&events).unwrap());
    std::fs::write(&text, "not a database at all, and not even binary: just text").unwrap();
    for path in [events, text] {
        let foreign = refused(&path);
        assert!(matches!(foreign, OpenKeysError::NotKeys { .. }), "{foreign}");
    }
    std::fs::create_dir(folder.file("folder")).unwrap();
    for path in [folder.file("folder"), folder.file("missing/keys.db")] {
        let refused = EmbeddedKeys::open(path).unwrap_err();
        assert!(matches!(refused, OpenKeysError::Refused { .. }), "{refused}");
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let keys = open(&folder);
    keys.seal("ada", b"secret").unwrap();
    for name in [FILE, "keys.db-wal"] {
        let mode = std::fs::metadata(folder.file(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
}

#[test]
fn hostile_subjects_do_no_harm() {
    let folder = Folder::new();
    let keys = open(&folder);
    let long = "ß".repeat(10_000);
    let hostile = ["", "'; drop table keys; --", "a\u{0}b", "a", "🦀", "%", &long];
    let sealed = hostile.map(|subject| keys.seal(subject, subject.as_bytes()).unwrap());
    for (subject, sealed) in hostile.iter().zip(&sealed) {
        assert_eq!(keys.open(subject, sealed).unwrap().unwrap(), subject.as_bytes());
    }
    assert_eq!(keys.forget("a"), Ok(true));
    assert_eq!(keys.open("a", &sealed[3]), Ok(None));
    assert!(keys.open("a\u{0}b", &sealed[2]).unwrap().is_some());
}

#[test]
fn many_threads_share_one_key_of_a_person() {
    let folder = Folder::new();
    let keys = open(&folder);
    let sealed: Vec<_> = std::thread::scope(|scope| {
        let seal = |nth: usize| keys.seal("ada", &[nth as u8]).unwrap();
        let threads: Vec<_> = (0..8).map(|nth| scope.spawn(move || seal(nth))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (nth, sealed) in sealed.iter().enumerate() {
        assert_eq!(keys.open("ada", sealed).unwrap().unwrap(), [nth as u8]);
    }
    assert_eq!(bytes_of_keys(&folder).len(), 1);
}

#[test]
fn personal_values_are_read_until_they_are_forgotten() {
    let folder = Folder::new();
    let keys: Arc<dyn KeyStore> = Arc::new(open(&folder));
    let email = Personal::new("ada", "ada@example.com".to_owned());
    let written = with_keys(Some(&keys), || serde_json::to_string(&email)).unwrap();
    let read = || with_keys(Some(&keys), || serde_json::from_str::<Personal<String>>(&written));
    assert_eq!(read().unwrap(), email);
    keys.forget("ada").unwrap();
    assert!(read().unwrap().is_forgotten());
    assert_eq!(
        with_keys(Some(&keys), || serde_json::to_string(&read().unwrap())).unwrap(),
        written
    );
}
