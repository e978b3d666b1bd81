use rdddy_testkit::__private::{Options, run};
use rdddy_testkit::Replay;

use crate::bank::two_deposits;

fn report_of(options: Options) -> String {
    let failed = std::panic::catch_unwind(|| {
        run("bank", "bank::tests::two_deposits", options, two_deposits);
    });
    *failed.unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn a_report_says_what_failed_and_shows_the_world() {
    let report = report_of(Options::explore().seeds(50));
    let said = report.lines().next().unwrap();
    assert!(said.starts_with("panicked at ") && said.contains("bank.rs:"), "{report}");
    assert!(report.contains("money was lost"), "{report}");
    assert!(report.contains("it.Deposited {\"amount\":100}"), "{report}");
    assert!(report.contains("├─ Account#1") && report.contains("└─ Teller#3"), "{report}");
}

#[test]
fn the_last_line_of_a_report_replays_the_failure() {
    let report = report_of(Options::explore().seeds(50));
    let line = report.lines().last().unwrap();
    let (begin, end) =
        ("replay: RDDDY_REPLAY='", "' cargo test -p bank tests::two_deposits -- --exact");
    let replay = line.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
    let replay: Replay = replay.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
    assert!(replay.to_string().starts_with("script:"), "{replay}");
}

#[test]
fn a_test_by_one_seed_fails_by_that_seed() {
    let explored = rdddy_testkit::explore(
        rdddy_testkit::Exploration::seeds(50).shrink_runs_max(0),
        two_deposits,
    );
    let replay = explored.failure().unwrap().replay().to_string();
    let seed = replay.strip_prefix("seed:").unwrap().parse().unwrap();
    let report = report_of(Options::test().seed(seed));
    assert!(report.contains(&format!("RDDDY_REPLAY='seed:{seed}'")), "{report}");
}

#[test]
fn what_names_no_schedule_is_refused() {
    for text in ["", "seed", "seed:", "seed:x", "seed:-1", "script:1,,2", "script:1 crashes", "a:1"]
    {
        let error = text.parse::<Replay>().unwrap_err();
        assert!(error.to_string().contains("write `seed:17`"), "{error}");
    }
}

#[test]
fn a_schedule_is_read_as_it_is_written() {
    for text in
        ["seed:0", "seed:18446744073709551615", "script:", "script:0,1,2", "script:3 crashes:0"]
    {
        assert_eq!(text.parse::<Replay>().unwrap().to_string(), text);
    }
}
