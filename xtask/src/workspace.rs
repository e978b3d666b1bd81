//! Where things are, and how to run cargo on them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where the workspace is built.
pub(crate) fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The bench crate, a workspace of its own.
pub(crate) fn benches() -> PathBuf {
    root().join("benches")
}

/// Where the bench crate is built, and where generated projects live.
pub(crate) fn benches_target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| benches().join("target"), PathBuf::from)
}

/// The cargo that runs this command.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What describes this package, and not what is built: some build scripts run again for it.
    for (name, _) in env::vars_os() {
        let about = name.to_string_lossy();
        if about.starts_with("CARGO_PKG_") || about.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Runs `command`, whose output goes to standard error, to its successful end.
///
/// # Errors
///
/// What could not be started, or did not succeed.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| format!("{} did not start: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed: {status}", line(command))) }
}

/// Runs `command` to its successful end and returns what it printed.
///
/// # Errors
///
/// What could not be started, or did not succeed, or printed no text.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output =
        command.output().map_err(|error| format!("{} did not start: {error}", line(command)))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed: {}\n{errors}", line(command), output.status));
    }
    String::from_utf8(output.stdout)
        .map_err(|error| format!("{} printed no text: {error}", line(command)))
}

/// The command as one would type it, without its environment.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
