//! `cargo xtask test`, `loom` and `miri`: what shows that the workspace is right.

use std::process::Command;

use crate::servers::postgres::Postgres;
use crate::workspace;

/// The README's test command: everything, with all features, and the concurrency models.
pub(crate) fn test() -> Result<(), String> {
    step("tests of all crates", cargo(&["test", "--workspace"]))?;
    let many = ["test", "--package", "rdddy", "--test", "it", "--test", "fulfilment"];
    let many = [many.as_slice(), &["--", "--ignored"]].concat();
    step("ten thousand schedules with crashes", cargo(&many))?;
    let calendar = ["test", "--package", "rdddy", "--features", "cron", "--test", "it", "schedule"];
    step("schedules by the calendar", cargo(&calendar))?;
    let yaml = ["test", "--package", "rdddy-core", "--features", "yaml,cron", "--lib"];
    step("decoding from YAML", cargo(&yaml))?;
    // With everything: that compiles the facade with all features, too.
    let embedded = ["--test", "embedded", "--test", "bookstore"];
    let embedded =
        [["test", "--package", "rdddy", "--all-features"].as_slice(), &embedded].concat();
    step("aggregates in one file, and a bookstore that is killed", cargo(&embedded))?;
    let keys = ["test", "--package", "rdddy-sqlite", "--features", "keys", "keys"];
    step("keys of people, and that nothing is left of them", cargo(&keys))?;
    postgres()?;
    loom()
}

/// The store on PostgreSQL, with a server of its own.
pub(crate) fn postgres() -> Result<(), String> {
    let server = Postgres::start()?;
    let tests = |filter: &[&str]| {
        let mut tests = cargo(&["test", "--package", "rdddy-postgres", "--", "--include-ignored"]);
        tests.args(filter).env("RDDDY_TEST_POSTGRES", server.address());
        tests.env("RDDDY_TEST_POSTGRES_RESTART", server.restart());
        tests
    };
    step("the store on PostgreSQL", tests(&["--skip", "crash::"]))?;
    let mut bookstore = cargo(&["test", "--package", "rdddy", "--all-features"]);
    bookstore.args(["--test", "bookstore", "--", "--include-ignored", "postgres"]);
    bookstore.env("RDDDY_TEST_POSTGRES", server.address());
    step("a bookstore on PostgreSQL", bookstore)?;
    step("the store on a server that crashes", tests(&["crash::"]))
}

/// The models of the lock-free parts, under loom.
pub(crate) fn loom() -> Result<(), String> {
    let mut models = cargo(&["test", "--package", "rdddy-core", "--lib", "--release", "loom"]);
    models
        .args(["--", "--nocapture", "--test-threads=2"])
        .env("RUSTFLAGS", "--cfg rdddy_loom")
        // Apart, so that neither build throws the other one away.
        .env("CARGO_TARGET_DIR", workspace::target_dir().join("loom"));
    step("models of the lock-free parts under loom", models)
}

/// The unit tests of the unsafe parts, under miri.
pub(crate) fn miri() -> Result<(), String> {
    let present = Command::new("cargo").args(["+nightly", "miri", "--version"]).output();
    if !present.is_ok_and(|output| output.status.success()) {
        return Err("miri is not installed: rustup +nightly component add miri".to_owned());
    }
    let mut interpreted = Command::new("cargo");
    interpreted
        .args(["+nightly", "miri", "test", "--package", "rdddy-core", "--lib", "runtime::"])
        .env("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-permissive-provenance")
        .current_dir(workspace::root());
    step("the unsafe parts under miri", interpreted)
}

fn cargo(args: &[&str]) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(args).current_dir(workspace::root());
    cargo
}

fn step(what: &str, mut command: Command) -> Result<(), String> {
    println!("== {what}");
    let status = command.status().map_err(|error| format!("{what}: cannot start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{what}: failed ({status})")) }
}
