//! The workspace's own commands: `cargo xtask COMMAND`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a command line tool prints, and it measures real time"
)]

mod bench;
mod check;
mod servers;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test                         all tests, and the models of the lock-free parts
  postgres                     the tests of the store on PostgreSQL alone
  loom                         the models alone
  miri                         the unit tests of the unsafe parts, interpreted
  bench actors|stores|reads|compile|deps  measure rdddy against its peers; see benches/README.md";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((command, rest)) => match command.as_str() {
            "test" => check::test(),
            "postgres" => check::postgres(),
            "loom" => check::loom(),
            "miri" => check::miri(),
            "bench" => bench::run(rest),
            _ => Err(format!("there is no command `{command}`\n{USAGE}")),
        },
        None => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
