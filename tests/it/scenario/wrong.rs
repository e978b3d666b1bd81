//! What a scenario says when something else happens.

use rdddy::simulation::Schedule;
use rdddy_testkit::{Broken, Exploration, Scenario, World, explore};

use super::kiosk::{
    Bought, Buy, Counter, Deliver, Delivered, HowMany, PaperTaken, Readers, SoldOut, Stand,
};
use super::told::{herald, kiosk};

/// What the test says that fails after the last copy was bought.
fn said(then: impl AsyncFn(&mut Scenario<'_>)) -> String {
    let explored = explore(Exploration::once(Schedule::InOrder), async |world: &mut World| {
        let mut kiosk = world.durable(kiosk);
        let mut scenario = kiosk.scenario();
        scenario.given(Deliver { paper: herald(), copies: 1 }).await;
        scenario.when(Buy { paper: herald() }).await;
        then(&mut scenario).await;
    });
    match explored.failure().unwrap().broken() {
        // Without where in this file it is, and without the backtrace that the environment may ask for.
        Broken::Panic(said) => {
            let said = said.split_once('\n').unwrap().1;
            said.split("\n   0: ").next().unwrap().to_owned()
        }
        other => panic!("{other}"),
    }
}

const HAPPENED: &str = r#"
what has happened:
  #1   Stand Herald: Bought { paper: "Herald", left: 0 }
         because of Buy
  #2   Stand Herald: Delivered { copies: 3 }
         because of Deliver by OrderMore on #1"#;

#[test]
fn it_says_what_has_happened_and_because_of_what() {
    let none = said(async |scenario| {
        scenario.then_matching::<Bought>(|bought| bought.left == 7);
    });
    let near = "expected Bought that matches, and there is\n  \
                Bought { paper: \"Herald\", left: 0 }: not as expected";
    assert_eq!(none, format!("{near}{HAPPENED}"));

    let twice = said(async |scenario| {
        scenario.then::<Delivered>();
        scenario.then::<Delivered>();
    });
    let asked = "expected Delivered, and there is\n  Delivered { copies: 3 }: asked for before";
    assert_eq!(twice, format!("{asked}{HAPPENED}"));
}

#[test]
fn what_nobody_asked_for_is_named() {
    let more = said(async |scenario| {
        scenario.then::<Bought>();
        scenario.then_nothing_else();
    });
    let others = "expected nothing else, and there is\n  Delivered { copies: 3 }";
    assert_eq!(more, format!("{others}{HAPPENED}"));
    let one = said(async |scenario| scenario.then_no::<Delivered>());
    assert_eq!(
        one,
        format!("expected no Delivered, and there is Delivered {{ copies: 3 }}{HAPPENED}")
    );
}

#[test]
fn states_and_answers_say_what_they_should_be() {
    let state = said(async |scenario| {
        scenario.then_state::<Stand>(&herald(), "is empty", |stand| stand.copies == 0);
    });
    let expected = "expected that Stand Herald is empty, and it is not so";
    assert_eq!(state, format!("{expected}{HAPPENED}"));
    let answer = said(async |scenario| {
        scenario.then_answers(HowMany {}, Readers { served: 0 }).await;
    });
    let expected =
        "expected HowMany to be answered: Readers { served: 0 }\nit was: Readers { served: 1 }";
    assert_eq!(answer, format!("{expected}{HAPPENED}"));
    let page = said(async |scenario| {
        let page = Counter { paper: "Herald" };
        scenario.then_shows(&page, "no readers", |page| page.ends_with(": 0 served")).await;
    });
    let expected = "expected Counter to show no readers, and it does not";
    assert_eq!(page, format!("{expected}{HAPPENED}"));
}

#[test]
fn a_rejection_is_expected_or_fails() {
    let other = SoldOut { paper: "Gazette".to_owned() };
    let none = said(async |scenario| scenario.then_rejects(SoldOut { paper: herald() }));
    let expected = "expected a rejection: Herald is sold out, and there is none";
    assert_eq!(none, format!("{expected}{HAPPENED}"));

    let gazette = || Buy { paper: "Gazette".to_owned() };
    let unsaid = said(async |scenario| {
        scenario.when(gazette()).await;
    });
    let expected = "`Buy` was rejected: Gazette is sold out\n\
                    help: if it should be, say so: `.then_rejects(..)`";
    assert_eq!(unsaid, expected);

    let input = said(async |scenario| {
        scenario.when_input(&Counter { paper: "Gazette" }, PaperTaken {}).await;
        scenario.then_no::<Bought>();
        scenario.then_rejects(SoldOut { paper: herald() });
    });
    assert!(input.starts_with("expected no Bought"), "{input}");
    assert!(input.contains("\nBuy was rejected: Gazette is sold out\n"), "{input}");
    assert!(input.contains("Stand Gazette: rejects Buy: Gazette is sold out"), "{input}");
    assert!(input.contains("because of Buy by Counter on PaperTaken"), "{input}");

    let wrong = said(async |scenario| {
        scenario.then::<Bought>();
        scenario.when(gazette()).await;
        scenario.then_rejects(SoldOut { paper: herald() });
    });
    let expected = "expected Buy to be rejected: Herald is sold out\nit was: Gazette is sold out";
    assert!(wrong.starts_with(expected), "{wrong}");
    assert_ne!(other, SoldOut { paper: herald() });
}

#[test]
fn a_scene_that_cannot_be_set_fails() {
    let said = said(async |scenario| {
        scenario.given(Buy { paper: "Gazette".to_owned() }).await;
    });
    assert_eq!(said, "given `Buy { paper: \"Gazette\" }`: it was rejected: Gazette is sold out");
}
