//! Where a measurement keeps its data, until it is over.

use std::path::PathBuf;

/// A folder for one measurement, and the server it may use.
pub(crate) struct Place {
    folder: PathBuf,
    server: Option<String>,
}

impl Place {
    /// A new folder below `RDDDY_BENCH_DIR`, or the system's for temporary files.
    ///
    /// # Errors
    ///
    /// That it cannot be made.
    pub(crate) fn new() -> Result<Self, String> {
        let folder =
            std::env::var_os("RDDDY_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let folder = folder.join(format!("rdddy-benches-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Place { folder, server: std::env::var("RDDDY_BENCH_POSTGRES").ok() })
    }

    /// A file for the store.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("store.db")
    }

    /// The address of a PostgreSQL server, without a database: its superuser may make some.
    ///
    /// # Errors
    ///
    /// That `RDDDY_BENCH_POSTGRES` does not say.
    pub(crate) fn server(&self) -> Result<&str, String> {
        self.server.as_deref().ok_or_else(|| {
            "RDDDY_BENCH_POSTGRES has no address; `cargo xtask bench stores` starts a server"
                .to_owned()
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left behind is only a temporary file.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
