//! Laws about the documents beside the events.
#![expect(clippy::expect_used, reason = "a law that is broken fails its test")]

use std::sync::Arc;

use rdddy_core::limits;
use rdddy_core::store::{AppendError, Commit, CommitError, DocumentStore, Expected, Write};

use super::Store;
use super::join::join_all;
use super::sample::{head, one};

type Documents = Arc<dyn DocumentStore>;

pub(super) fn documents(store: &Store) -> Documents {
    store.documents().expect("a store keeps documents")
}

pub(super) fn put(table: &str, key: &str, data: &str) -> Write {
    Write::put(table, key, data.as_bytes().to_vec())
}

pub(super) fn writing(writes: impl IntoIterator<Item = Write>) -> Commit {
    Commit { writes: writes.into_iter().collect(), ..Commit::default() }
}

pub(super) async fn commit(documents: &Documents, commit: Commit) {
    documents.commit(commit).await.expect("nothing is in the way");
}

/// All documents of a table, read in pages.
pub(super) async fn all(documents: &Documents, table: &str, limit: usize) -> Vec<(String, String)> {
    let (mut found, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = documents.page(table, after.as_deref(), limit).await.expect("a page is read");
        assert!(page.len() <= limit.min(limits::READ_PAGE_MAX));
        let Some(last) = page.last() else { return found };
        after = Some(last.key.clone());
        for document in page {
            let data = String::from_utf8(document.data).expect("the suite writes text");
            found.push((document.key, data));
        }
    }
}

async fn get(documents: &Documents, table: &str, key: &str) -> Option<String> {
    let found = documents.get(table, key).await.expect("a document is read");
    found.map(|data| String::from_utf8(data).expect("the suite writes text"))
}

/// What is committed is read, in the order in which it was written, and no event comes of it.
pub async fn what_is_committed_is_read(store: Store) {
    let documents = documents(&store);
    assert_eq!(get(&documents, "t", "a").await, None);
    let first = [put("t", "a", "1"), put("u", "a", "2"), put("t", "b", ""), put("t", "c", "x")];
    commit(&documents, writing(first)).await;
    let second = [
        put("t", "a", "3"),
        put("t", "a", "4"),
        Write::remove("t", "c"),
        Write::remove("t", "unknown"),
        Write::remove("u", "a"),
        put("u", "a", "5"),
        put("t", "d", "x"),
        Write::remove("t", "d"),
    ];
    commit(&documents, writing(second)).await;
    let found = all(&documents, "t", 10).await;
    assert_eq!(found, [("a".to_owned(), "4".to_owned()), ("b".to_owned(), String::new())]);
    assert_eq!(get(&documents, "u", "a").await.as_deref(), Some("5"));
    assert_eq!(get(&documents, "t", "c").await, None);
    assert_eq!(head(&store).await, rdddy_core::store::Position::START);
    commit(&documents, Commit::default()).await;
}

/// A commit whose condition does not hold writes nothing, and says what is not as expected.
pub async fn a_condition_that_does_not_hold_leaves_no_trace(store: Store) {
    let documents = documents(&store);
    commit(&documents, writing([put("t", "at", "1"), put("t", "a", "old"), put("e", "x", "")]))
        .await;
    let not_there = [
        Write::remove("t", "at"),
        put("t", "at", "2"),
        put("t", "at", ""),
        put("t", "unknown", "1"),
        Write::remove("e", "x"),
    ];
    for expected in not_there {
        let refused = documents
            .commit(Commit {
                expected: Some(expected.clone()),
                cleared: vec!["t".to_owned()],
                writes: vec![put("t", "a", "new"), put("v", "b", "new")],
            })
            .await
            .expect_err("it is not as expected");
        let CommitError::Conflict { table, key } = &refused else {
            unreachable!("a condition that does not hold is a conflict, not: {refused}")
        };
        assert_eq!((table, key), (&expected.table, &expected.key));
        assert_eq!(get(&documents, "t", "a").await.as_deref(), Some("old"));
        assert_eq!(get(&documents, "v", "b").await, None);
    }
    for expected in [put("t", "at", "1"), put("e", "x", ""), Write::remove("t", "unknown")] {
        let writes = vec![put("t", "a", "new")];
        let held = Commit { expected: Some(expected), cleared: Vec::new(), writes };
        commit(&documents, held).await;
    }
    assert_eq!(get(&documents, "t", "a").await.as_deref(), Some("new"));
    assert_eq!(get(&documents, "t", "unknown").await, None, "a condition is no document");
}

/// Of many who count on the same document, one writes; all of them together lose no count.
pub async fn racing_counters_lose_nothing(store: Store) {
    const COUNTERS: u32 = 8;
    const EACH: u32 = 4;
    let documents = documents(&store);
    join_all((0..COUNTERS).map(|_| {
        let documents = Arc::clone(&documents);
        async move {
            let mut counted = 0;
            while counted < EACH {
                let before = get(&documents, "t", "count").await;
                let count = before.as_ref().map_or(0, |text| text.parse().unwrap_or(u32::MAX));
                let data = before.map(String::into_bytes);
                let expected = Write { table: "t".to_owned(), key: "count".to_owned(), data };
                let writes = vec![put("t", "count", &(count + 1).to_string())];
                let next = Commit { expected: Some(expected), cleared: Vec::new(), writes };
                match documents.commit(next).await {
                    Ok(()) => counted += 1,
                    Err(CommitError::Conflict { .. }) => {}
                    Err(CommitError::Store(error)) => assert!(error.is_transient(), "{error}"),
                    Err(other) => unreachable!("neither a conflict nor the store: {other}"),
                }
            }
        }
    }))
    .await;
    let count = (COUNTERS * EACH).to_string();
    assert_eq!(get(&documents, "t", "count").await, Some(count));
}

/// Pages of any size, put together, are the table, in the order of the keys' bytes.
pub async fn pages_are_in_the_order_of_bytes(store: Store) {
    let documents = documents(&store);
    let mut keys: Vec<String> = (0..40).map(|n| format!("{n}")).collect();
    keys.extend(
        ["", "a", "A", "_", "ä", "z", "\u{ffff}", "\u{10000}", "\0", "a\0", " "].map(str::to_owned),
    );
    commit(&documents, writing(keys.iter().rev().map(|key| put("t", key, key)))).await;
    commit(&documents, writing([put("T", "a", "other"), put("t2", "a", "other")])).await;
    keys.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
    let expected: Vec<_> = keys.into_iter().map(|key| (key.clone(), key)).collect();
    for limit in [1, 7, 1000, usize::MAX] {
        assert_eq!(all(&documents, "t", limit).await, expected, "in pages of {limit}");
    }
    assert_eq!(all(&documents, "unknown", 10).await, []);
}

/// Clearing empties a table before anything is written, and no other table.
pub async fn clearing_empties_a_table_first(store: Store) {
    let documents = documents(&store);
    commit(&documents, writing([put("t", "a", "1"), put("t", "b", "1"), put("tt", "a", "1")]))
        .await;
    let writes = vec![put("t", "b", "2")];
    let cleared = vec!["t".to_owned(), "unknown".to_owned()];
    commit(&documents, Commit { expected: None, cleared, writes }).await;
    assert_eq!(all(&documents, "t", 10).await, [("b".to_owned(), "2".to_owned())]);
    assert_eq!(all(&documents, "tt", 10).await, [("a".to_owned(), "1".to_owned())]);
}

/// Names of tables and keys that are meant to do harm are names.
pub async fn hostile_keys_do_no_harm(store: Store) {
    let documents = documents(&store);
    let seeds = [
        "'; drop table documents; --",
        "%_\\",
        "\0",
        "../..",
        "\u{202e}",
        "$1",
        "{}",
        "e\u{301}",
        "é",
    ];
    let writes = seeds
        .iter()
        .flat_map(|table| seeds.iter().map(move |key| put(table, key, &format!("{table} {key}"))));
    commit(&documents, writing(writes)).await;
    for table in seeds {
        assert_eq!(all(&documents, table, 100).await.len(), seeds.len(), "{table:?}");
        for key in seeds {
            let found = get(&documents, table, key).await;
            assert_eq!(found, Some(format!("{table} {key}")), "{table:?} {key:?}");
        }
    }
}

/// The longest names and a large document are kept, whatever is longer is refused whole.
pub async fn documents_have_limits(store: Store) {
    let documents = documents(&store);
    let (table, key) =
        ("ß".repeat(limits::TABLE_NAME_MAX / 2), "ß".repeat(limits::DOCUMENT_KEY_MAX / 2));
    let large = "x".repeat(1024 * 1024);
    commit(&documents, writing([put(&table, &key, &large)])).await;
    assert_eq!(get(&documents, &table, &key).await, Some(large));
    let many = (0..5000).map(|n| put("many", &format!("{n:05}"), "x"));
    commit(&documents, writing(many)).await;
    assert_eq!(all(&documents, "many", usize::MAX).await.len(), 5000);
    let beyond = [
        writing([put("t", "a", "1"), put(&format!("{table}x"), "a", "1")]),
        writing([put("t", "a", "1"), put("t", &format!("{key}x"), "1")]),
        Commit {
            expected: Some(Write::remove("t", format!("{key}x"))),
            ..writing([put("t", "a", "1")])
        },
        writing((0..=limits::COMMIT_WRITES_MAX).map(|_| put("t", "a", "1"))),
    ];
    for beyond in beyond {
        let refused = documents.commit(beyond).await.expect_err("it is beyond a limit");
        let told = matches!(&refused, CommitError::Store(AppendError::TooLarge { .. }));
        assert!(told, "{refused}");
        assert_eq!(get(&documents, "t", "a").await, None);
    }
}

/// Documents and events that are written at the same time do each other no harm.
pub async fn documents_and_events_share_a_store(store: Store) {
    let documents = documents(&store);
    join_all((0..16_u128).map(|id| {
        let (store, documents) = (Arc::clone(&store), Arc::clone(&documents));
        async move {
            if id % 2 == 0 {
                let append = store.append(one("a", Expected::Any, id)).await;
                append.expect("nothing is in the way");
            } else {
                commit(&documents, writing([put("t", &id.to_string(), "x")])).await;
            }
        }
    }))
    .await;
    assert_eq!(all(&documents, "t", 100).await.len(), 8);
    assert_eq!(head(&store).await, rdddy_core::store::Position::from_sequence(8));
}
