//! What every event store promises, as tests for people who write their own.
//!
//! Each law is an async function on a store without content. [`store_conformance!`](crate::store_conformance)
//! makes one test of each. It is given how to run a future, because a store may need its own runtime,
//! and how to open an empty store.
//!
//! ```
//! use rdddy_testkit::conformance::Store;
//! # use rdddy_core::store::MemoryStore;
//! # use rdddy_core::simulation::{Simulation, SimulationOptions};
//!
//! fn run(law: impl Future<Output = ()>) {
//!     Simulation::new(SimulationOptions::default()).run(law).unwrap();
//! }
//!
//! async fn open() -> Store {
//!     std::sync::Arc::new(MemoryStore::new())
//! }
//!
//! rdddy_testkit::store_conformance!(run, open);
//! ```

mod join;
pub mod law;

/// The store under test.
pub type Store = std::sync::Arc<dyn rdddy_core::store::EventStore>;

/// One test for each law of [`conformance::law`](crate::conformance::law): `run` runs a future to its
/// end, and `open` is an async function that opens an empty store.
#[macro_export]
macro_rules! store_conformance {
    ($run:path, $open:path) => {
        $crate::store_conformance!(@laws $run, $open:
            what_was_appended_is_read,
            a_conflict_leaves_no_trace,
            a_decision_sees_everything_that_matches,
            a_command_is_carried_out_once,
            racing_writers_leave_no_gap,
            a_subscription_hears_everything_once,
            hostile_names_do_no_harm,
            what_is_too_large_is_refused,
            the_latest_snapshot_of_a_fold_is_kept
        );
    };
    (@laws $run:path, $open:path: $($law:ident),+) => {
        $(
            #[test]
            fn $law() {
                $run(async { $crate::conformance::law::$law($open().await).await });
            }
        )+
    };
}
