//! Scenarios that pass.

use std::time::Duration;

use rdddy_testkit::{World, crash_at_every_step};

use super::kiosk::{
    Bought, Buy, Counter, Deliver, Delivered, HowMany, OrderMore, PaperTaken, Readers, SoldOut,
    Stand,
};
use rdddy::runtime::SystemBuilder;

pub(super) fn kiosk(system: SystemBuilder) -> SystemBuilder {
    system.policy(OrderMore).projection::<Readers>()
}

pub(super) fn herald() -> String {
    "Herald".to_owned()
}

#[rdddy_testkit::test]
async fn a_scenario_sees_aggregates_policies_projections_and_views(world: &mut World) {
    let mut kiosk = world.durable(kiosk);
    let mut scenario = kiosk.scenario();
    let page = Counter { paper: "Herald" };
    scenario.given(Deliver { paper: herald(), copies: 2 }).await;
    scenario.when(Buy { paper: herald() }).await;
    assert_eq!(scenario.then::<Bought>().left, 1);
    scenario.then_nothing_else();
    scenario.then_no::<Delivered>();

    scenario.when_input(&page, PaperTaken {}).await;
    scenario.then_matching::<Bought>(|bought| bought.left == 0);
    scenario.then::<Delivered>();
    scenario.then_nothing_else();
    scenario.then_state::<Stand>(&herald(), "has new ones", |stand| stand.copies == 3);
    scenario.then_answers(HowMany {}, Readers { served: 2 }).await;
    scenario.then_shows(&page, "two readers", |page| page == "Herald: 2 served").await;

    scenario.after(Duration::from_secs(86_400)).await;
    scenario.then_nothing_else();
}

#[rdddy_testkit::test]
async fn what_is_rejected_is_said_to_be(world: &mut World) {
    let mut kiosk = world.durable(kiosk);
    let mut scenario = kiosk.scenario();
    scenario.when(Buy { paper: herald() }).await;
    scenario.then_rejects(SoldOut { paper: herald() });
    scenario.when_input(&Counter { paper: "Herald" }, PaperTaken {}).await;
    scenario.then_rejects(SoldOut { paper: herald() });
    scenario.then_nothing_else();
}

/// Each event is asked for once: two of a kind are two.
#[rdddy_testkit::test]
async fn two_commands_are_one_when(world: &mut World) {
    let mut kiosk = world.durable(kiosk);
    let mut scenario = kiosk.scenario();
    scenario.given(Deliver { paper: herald(), copies: 9 }).await;
    scenario.when(Buy { paper: herald() }).await;
    scenario.when(Buy { paper: herald() }).await;
    assert_eq!([scenario.then::<Bought>().left, scenario.then::<Bought>().left], [8, 7]);
    scenario.then_nothing_else();
}

#[test]
fn a_scenario_comes_to_the_same_end_wherever_the_process_dies() {
    crash_at_every_step(kiosk, async |kiosk| {
        let mut scenario = kiosk.scenario();
        scenario.given(Deliver { paper: herald(), copies: 1 }).await;
        scenario.when_input(&Counter { paper: "Herald" }, PaperTaken {}).await;
        scenario.after(Duration::from_secs(60)).await;
        scenario.then::<Bought>();
        scenario.then::<Delivered>();
        scenario.then_nothing_else();
        scenario.then_answers(HowMany {}, Readers { served: 1 }).await;
    });
}
