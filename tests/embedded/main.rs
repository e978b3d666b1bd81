//! Systems on a store in one file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use rdddy::prelude::*;

mod accounts;
mod boundary;
#[cfg(feature = "keys")]
mod forgotten;
mod repository;
mod rows;
mod state;
mod transfers;

bounded_context!("embedded");

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in the target folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
