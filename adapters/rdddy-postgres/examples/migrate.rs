//! Makes the tables of the store, or takes them to the latest schema: `migrate ADDRESS`.
#![expect(clippy::print_stderr, reason = "a command line tool prints")]

use std::process::ExitCode;

use rdddy_postgres::PostgresStore;

fn main() -> ExitCode {
    let Some(address) = std::env::args().nth(1) else {
        eprintln!("usage: migrate ADDRESS (postgres://OWNER@HOST/DATABASE)");
        return ExitCode::FAILURE;
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(PostgresStore::migrate(&address)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut cause: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = cause {
                eprintln!("{error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
