//! `cargo xtask bench`: rdddy against its peers.

mod actors;
mod catalog;
mod compile;
mod deps;
mod options;
mod process;
mod project;
mod report;

use options::Options;

const USAGE: &str = "\
usage: cargo xtask bench SUITE [OPTIONS]

  actors     run time and memory of actors
  stores     event stores against their peers and the database drivers under them
  reads      projections against a scan of the same events
  processes  sagas against the same commands by hand, and what a waiting timer costs
  compile    how long a small project and a hundred actors take to build
  deps       how many packages the default dependency trees hold

  --json             one JSON object per line instead of tables
  --markdown         one table of all medians and ratios
  --quick            shorter measurements, fewer repetitions
  --only W1,W2       these workloads
  --subjects A,B     these subjects, and the baselines they are compared with
  --reps N           repetitions, odd; the median counts";

/// Runs the suite named by the first argument.
///
/// # Errors
///
/// What was asked for wrongly, could not be built, or failed.
pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let Some((suite, rest)) = args.split_first() else {
        return Err(USAGE.to_owned());
    };
    let options = Options::parse(rest).map_err(|error| format!("{error}\n{USAGE}"))?;
    match suite.as_str() {
        "actors" => actors::run(&actors::ACTORS, &options),
        "stores" => actors::run(&actors::STORES, &options),
        "reads" => actors::run(&actors::READS, &options),
        "processes" => actors::run(&actors::PROCESSES, &options),
        "compile" => compile::run(&options),
        "deps" => deps::run(&options),
        _ => Err(format!("there is no suite `{suite}`\n{USAGE}")),
    }
}
