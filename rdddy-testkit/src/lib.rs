//! Tests for rdddy systems.
//!
//! A test runs in a [`World`]: a whole system in one thread, in virtual time, with everything that
//! is published written down. When the body of the test is over, the world itself is checked: every
//! message has been accounted for, and no registered invariant was broken.
//!
//! ```
//! use rdddy::prelude::*;
//! use rdddy_testkit::simulate;
//!
//! #[derive(Command, Debug)]
//! struct PlaceOrder(u32);
//! #[derive(Event, Debug)]
//! struct OrderPlaced(u32);
//!
//! struct OrderDesk;
//!
//! #[actor]
//! impl OrderDesk {
//!     #[handler]
//!     async fn place(&mut self, cmd: PlaceOrder, cx: &mut Context<Self>) {
//!         cx.publish(OrderPlaced(cmd.0)).await.unwrap();
//!     }
//! }
//!
//! simulate(async |world| {
//!     let desk = world.spawn(OrderDesk).await;
//!     desk.tell(PlaceOrder(7)).await.unwrap();
//!     world.settle().await;
//!     let placed = world.events().expect::<OrderPlaced>().once();
//!     assert_eq!(placed.0, 7);
//! });
//! ```
//!
//! In a test module, the attribute [`macro@test`] does what [`simulate`] does here, and
//! [`macro@explore`] what [`explore()`] does: it runs the test under many schedules, with crashes if
//! asked for, shortens what fails, and prints a line that replays it.
//!
//! ```
//! # use rdddy_testkit::World;
//! #[rdddy_testkit::test]
//! async fn nothing_happens_by_itself(world: &mut World) {
//!     world.settle().await;
//!     assert_eq!(world.events().len(), 0);
//! }
//!
//! #[rdddy_testkit::explore(seeds = 500, crashes)]
//! async fn it_never_does(world: &mut World) {
//!     world.settle().await;
//!     assert_eq!(world.events().len(), 0);
//! }
//! ```
//!
//! # Layout
//!
//! - [`World`]: the system under test, and the time it lives in.
//! - [`Durable`]: a system whose process dies and starts again; [`crash_at_every_step`].
//! - [`Scenario`]: given, when, then, across everything that a system is made of; as a page for people, too.
//! - [`given`]: one aggregate, without a system; [`commands`] that nobody thought of.
//! - [`contracts`]: the shapes of stored events, in a file that is committed.
//! - [`log`]: what was published, and what is expected of it.
//! - [`Probe`]: waiting for events in virtual time.
//! - [`explore()`]: many schedules of one test.
//! - [`Replay`]: one schedule, as text.
//! - [`conformance`]: what every event store promises.
//! - [`values`], [`invalid`]: values of value objects, from their rules.
//! - [`limits`]: every default bound.

pub mod conformance;
pub mod contracts;
pub mod limits;
pub mod log;

mod aggregate;
mod at_once;
mod balance;
mod durable;
mod explore;
mod options;
mod panics;
mod probe;
mod replay;
mod report;
mod run;
mod scenario;
mod values;
mod verdict;
mod world;

pub use aggregate::{Commands, Draw, Given, History, Then, commands, given};
pub use durable::{Durable, crash_at_every_step};
pub use explore::{Exploration, Explored, explore};
pub use log::EventLog;
pub use probe::Probe;
#[doc(inline)]
pub use rdddy_macros::{testkit_explore as explore, testkit_test as test};
pub use replay::{BadReplay, Replay};
pub use report::{Broken, FailureReport};
pub use run::simulate;
pub use scenario::Scenario;
pub use values::{SequentialIds, Values, invalid, values, values_from};
pub use verdict::Verdict;
pub use world::World;

/// What generated code refers to. Not for people: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::options::Options;
    pub use crate::run::run;
}
