//! Given, when, then; and what it says when it is not so.

use rdddy::prelude::*;
use rdddy_testkit::{commands, given};
use serde::{Deserialize, Serialize};

#[derive(Command, Clone)]
#[command(reply = u32, error = FullError)]
struct Fill {
    #[key]
    glass: u64,
    drops: u32,
}

#[derive(Command)]
struct Empty {
    #[key]
    glass: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Filled {
    drops: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct Emptied;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("only {room} more")]
struct FullError {
    room: u32,
}

#[derive(Default, Debug, PartialEq)]
struct Glass {
    drops: u32,
}

#[aggregate(id = u64)]
impl Glass {
    #[handler]
    fn fill(&self, fill: Fill) -> Result<Decided<Self, u32>, FullError> {
        let room = 100_u32.saturating_sub(self.drops);
        // 77 drops are a defect that nobody noticed.
        if fill.drops > room && fill.drops != 77 {
            return Err(FullError { room });
        }
        Ok(Decided::<Self, ()>::event(Filled { drops: fill.drops }).reply(self.drops + fill.drops))
    }

    #[handler]
    fn empty(&self, _: Empty) -> Option<Emptied> {
        (self.drops > 0).then_some(Emptied)
    }

    #[apply]
    fn filled(&mut self, event: &Filled) {
        self.drops += event.drops;
    }

    #[apply]
    fn emptied(&mut self, _: &Emptied) {
        self.drops = 0;
    }

    #[invariant("a glass holds a hundred drops")]
    fn holds(&self) -> bool {
        self.drops <= 100
    }
}

fn fill(drops: u32) -> Fill {
    Fill { glass: 1, drops }
}

#[test]
fn what_should_happen_is_said_in_one_line() {
    given::<Glass>(()).when(fill(3)).then([Filled { drops: 3 }]).then_replies(3);
    given::<Glass>([Filled { drops: 99 }])
        .when(fill(2))
        .then_rejects(FullError { room: 1 })
        .then(());
    given::<Glass>((Filled { drops: 9 }, Emptied)).when(Empty { glass: 1 }).then(());
    given::<Glass>([Filled { drops: 50 }])
        .when(fill(77))
        .then_breaches("a glass holds a hundred drops");
    given::<Glass>([Filled { drops: 1 }])
        .when(Empty { glass: 1 })
        .then([Emptied])
        .then_state(|glass| assert_eq!(glass.drops, 0));
}

#[test]
#[should_panic(
    expected = "led to\n    it.Filled {\"drops\":4}\nbut it has led to\n    it.Filled {\"drops\":3}"
)]
fn other_events_are_shown_beside_the_expected_ones() {
    given::<Glass>(()).when(fill(3)).then([Filled { drops: 4 }]);
}

#[test]
#[should_panic(expected = "but it was rejected: FullError { room: 0 }")]
fn a_rejection_is_shown_where_events_were_expected() {
    given::<Glass>([Filled { drops: 100 }]).when(fill(3)).then([Filled { drops: 3 }]);
}

#[test]
#[should_panic(expected = "but it was accepted, and has led to")]
fn events_are_shown_where_a_rejection_was_expected() {
    given::<Glass>(()).when(fill(3)).then_rejects(FullError { room: 0 });
}

#[test]
#[should_panic(expected = "broke a contract")]
fn a_defect_that_nobody_thought_of_is_found() {
    commands::<Glass>()
        .with(|draw| fill(u32::try_from(draw.below(100)).unwrap()))
        .with(|_| Empty { glass: 1 })
        .check(200);
}

#[test]
fn what_has_no_defect_passes() {
    commands::<Glass>()
        .with(|draw| fill(u32::try_from(draw.below(70)).unwrap()))
        .with(|_| Empty { glass: 1 })
        .check(50);
}
