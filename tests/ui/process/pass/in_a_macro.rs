//! Policies and sagas that a macro by example writes.
#![allow(dead_code)]

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize)]
struct Placed {
    #[tag]
    order: u64,
}

#[derive(Command, Serialize, Deserialize)]
struct Hold {
    #[key]
    order: u64,
    on: bool,
}

macro_rules! processes {
    ($policy:ident $saga:ident $event:ident $command:ident) => {
        struct $policy;

        #[policy(begin = head)]
        impl $policy {
            #[handler]
            fn on(&self, event: &$event, cx: &Happening<'_>) -> Option<$command> {
                (!cx.aggregate_key().is_empty()).then(|| $command { order: event.order, on: true })
            }
        }

        #[derive(Default)]
        struct $saga;

        #[saga(starts_on = $event, key = order, compensate = parallel, begin = head)]
        impl $saga {
            #[step(compensate = undo)]
            fn act(&mut self, event: &$event, cx: &SagaContext<'_>) -> $command {
                let _ = cx.key();
                $command { order: event.order, on: true }
            }

            #[compensation]
            fn undo(&mut self, event: &$event) -> Option<$command> {
                Some($command { order: event.order, on: false })
            }

            #[timeout("1h")]
            fn late(&mut self) -> Timeout {
                Timeout::Compensate
            }
        }
    };
}

processes! { Policy1 Saga1 Placed Hold }

fn main() {
    let _ = ActorSystem::builder().policy(Policy1).saga::<Saga1>();
}
