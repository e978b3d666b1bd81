//! The page that a scenario writes, and how it is compared.

use std::path::{Path, PathBuf};

use rdddy::simulation::Schedule;
use rdddy_testkit::{Exploration, World, explore};

use super::kiosk::{Bought, Buy, Counter, Deliver, PaperTaken, SoldOut};
use super::told::{herald, kiosk};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/scenarios")
}

/// The failure of a scenario that is written down in `folder` under this title, if it fails.
fn told(folder: &Path, title: Option<&str>, copies: u32) -> Option<String> {
    let explored = explore(Exploration::once(Schedule::InOrder), async |world: &mut World| {
        let mut kiosk = world.durable(kiosk);
        let mut scenario = kiosk.scenario().documented_in(folder);
        if let Some(title) = title {
            scenario = scenario.titled(title);
        }
        scenario.given(Deliver { paper: herald(), copies }).await;
        scenario.when_input(&Counter { paper: "Herald" }, PaperTaken {}).await;
        scenario.then::<Bought>();
        scenario.when(Buy { paper: "Gazette | #1; `Late` Edition".to_owned() }).await;
        scenario.then_rejects(SoldOut { paper: "Gazette | #1; `Late` Edition".to_owned() });
    });
    explored.failure().map(ToString::to_string)
}

/// With everything in it that Markdown or Mermaid might take for something else.
#[rdddy_testkit::test]
async fn the_last_copy_is_bought(world: &mut World) {
    let mut kiosk = world.durable(kiosk);
    let mut scenario = kiosk.scenario().documented_in(fixture());
    scenario.given(Deliver { paper: herald(), copies: 1 }).await;
    scenario.when_input(&Counter { paper: "Herald" }, PaperTaken {}).await;
    scenario.then::<Bought>();
    scenario.when(Buy { paper: "Gazette | #1; `Late` Edition".to_owned() }).await;
    scenario.then_rejects(SoldOut { paper: "Gazette | #1; `Late` Edition".to_owned() });
}

/// Then nothing is compared.
fn is_blessed() -> bool {
    std::env::var_os("RDDDY_BLESS").is_some()
}

#[test]
fn a_scenario_that_differs_from_its_page_fails_and_says_where() {
    if is_blessed() {
        return;
    }
    let title = Some("The last copy is bought");
    assert_eq!(told(&fixture(), title, 1), None);
    let failure = told(&fixture(), title, 2).unwrap();
    let line = "line 5 is another one now\n\
                - - `Deliver { paper: \"Herald\", copies: 1 }`\n\
                + - `Deliver { paper: \"Herald\", copies: 2 }`\n\
                help: if that is meant, run the test once with RDDDY_BLESS=1";
    assert!(failure.contains(line), "{failure}");
    assert!(failure.contains("the-last-copy-is-bought.md: line 5"), "{failure}");
}

#[test]
fn a_page_that_is_not_there_or_has_no_title_fails() {
    if is_blessed() {
        return;
    }
    let missing = told(&fixture(), Some("Nobody has written this down"), 1).unwrap();
    assert!(missing.contains("nobody-has-written-this-down.md: "), "{missing}");
    assert!(missing.contains("RDDDY_BLESS=1"), "{missing}");
    let nameless = told(&fixture(), None, 1).unwrap();
    assert!(nameless.contains("help: `.titled(\"..\")`"), "{nameless}");
}

/// What is left to chance is not compared: an exploration may come to it in many ways.
#[test]
fn an_exploration_compares_nothing() {
    let explored = explore(Exploration::seeds(3), async |world: &mut World| {
        let mut kiosk = world.durable(kiosk);
        let scenario = kiosk.scenario().titled("Nobody has written this down");
        let mut scenario = scenario.documented_in(fixture());
        scenario.given(Deliver { paper: herald(), copies: 1 }).await;
    });
    assert!(explored.failure().is_none());
}
