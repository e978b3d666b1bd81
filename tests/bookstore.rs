//! A bookstore whose process is killed in the middle recovers, and has sold what it would have sold.
#![cfg(feature = "embedded")]
#![expect(clippy::disallowed_methods, reason = "who kills a process is not part of the system")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

#[path = "../examples/bookstore/main.rs"]
#[expect(dead_code, reason = "its `main` is for whoever runs it")]
mod bookstore;

/// Enough that some of everything happens.
const LINES: usize = 400;

/// In which file the child keeps its events.
const STORE: &str = "BOOKSTORE_TEST_STORE";

fn orders() -> Vec<u8> {
    let all = include_bytes!("../examples/bookstore/orders.jsonl");
    all.split_inclusive(|byte| *byte == b'\n').take(LINES).flatten().copied().collect()
}

/// What is printed about all runs on this file, or database.
async fn sell(store: &Path) -> rdddy::Result<String> {
    let orders = orders();
    let summary = bookstore::place::run(orders.as_slice(), Some(store.into())).await?;
    Ok(summary.to_string().split("in this run:").next().unwrap_or_default().to_owned())
}

#[tokio::test]
#[ignore = "it is what the test below starts and kills"]
async fn the_child() {
    let printed = sell(Path::new(&std::env::var_os(STORE).unwrap())).await.unwrap();
    assert!(printed.contains("orders accepted"), "{printed}");
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("bookstore-killed-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

/// Starts a bookstore on this file, or database, and kills it after so many milliseconds, each time.
async fn kill(store: &Path, after: impl IntoIterator<Item = u64>) {
    for milliseconds in after {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "the_child"])
            .env(STORE, store)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[tokio::test]
async fn a_bookstore_that_is_killed_goes_on_where_it_stopped() {
    let folder = Folder::new();
    let undisturbed = sell(&folder.0.join("undisturbed.db")).await.unwrap();
    let store = folder.0.join("killed.db");
    kill(&store, [40, 130, 75, 310, 180, 520]).await;
    assert_eq!(sell(&store).await.unwrap(), undisturbed);
    assert_eq!(sell(&store).await.unwrap(), undisturbed);
}

#[cfg(feature = "postgres")]
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
async fn a_bookstore_on_postgres_that_is_killed_goes_on_where_it_stopped() {
    let server = std::env::var("RDDDY_TEST_POSTGRES").unwrap();
    let address = format!("{server}/postgres");
    rdddy::PostgresStore::migrate(&address).await.unwrap();
    let folder = Folder::new();
    let undisturbed = sell(&folder.0.join("undisturbed.db")).await.unwrap();
    kill(Path::new(&address), [150, 400, 250, 900, 600, 1_500]).await;
    assert_eq!(sell(Path::new(&address)).await.unwrap(), undisturbed);
    assert_eq!(sell(Path::new(&address)).await.unwrap(), undisturbed);
}
