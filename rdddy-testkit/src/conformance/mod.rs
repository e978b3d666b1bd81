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

mod document;
mod join;

pub mod durable;
pub mod law;
mod limit;
mod name;
mod read;
mod sample;
mod time;

pub use time::{TIME_LIMIT, in_time};

/// The store under test.
pub type Store = std::sync::Arc<dyn rdddy_core::store::EventStore>;

/// One test for each law of [`conformance::law`](crate::conformance::law): `run` runs a future to its
/// end, and `open` is an async function that opens an empty store.
///
/// A store that outlives its handle has more laws to keep: give `reopen` as well, an async function
/// that closes the store it is given, which is the last handle, and opens the same content again. All
/// of a law runs on one thread, which runs nothing else.
///
/// Attributes before `run` stand on each test: `#[ignore = "needs a server"]`.
///
/// A law that does not end fails after [`TIME_LIMIT`](crate::conformance::TIME_LIMIT), and says so.
#[macro_export]
macro_rules! store_conformance {
    ($(#[$attribute:meta])* $run:path, $open:path, $reopen:path) => {
        $crate::store_conformance!($(#[$attribute])* $run, $open);
        $crate::store_conformance!(@durable [$(#[$attribute])*] $run, $open, $reopen:
            what_was_stored_survives_a_reopen,
            a_repeated_command_is_known_after_a_reopen,
            documents_survive_a_reopen
        );
    };
    ($(#[$attribute:meta])* $run:path, $open:path) => {
        $crate::store_conformance!(@laws [$(#[$attribute])*] $run, $open:
            what_was_appended_is_read,
            a_conflict_leaves_no_trace,
            what_follows_a_lost_event_is_refused,
            a_decision_sees_everything_that_matches,
            a_command_is_carried_out_once,
            racing_writers_leave_no_gap,
            a_subscription_hears_everything_once,
            a_subscription_hears_in_order,
            pages_have_no_gap_and_no_overlap,
            a_category_is_only_itself,
            hostile_names_do_no_harm,
            hostile_event_names_and_categories_do_no_harm,
            what_is_at_a_limit_is_stored,
            what_is_too_large_is_refused,
            what_is_beyond_a_limit_is_refused,
            the_latest_snapshot_of_a_fold_is_kept,
            a_snapshot_is_kept_with_its_events_or_not_at_all,
            what_is_committed_is_read,
            a_condition_that_does_not_hold_leaves_no_trace,
            racing_counters_lose_nothing,
            pages_are_in_the_order_of_bytes,
            clearing_empties_a_table_first,
            hostile_keys_do_no_harm,
            documents_have_limits,
            documents_and_events_share_a_store
        );
    };
    (@laws $attributes:tt $run:path, $open:path: $($law:ident),+) => {
        $(
            $crate::store_conformance!(@test $attributes $law {
                $run(async { $crate::conformance::law::$law($open().await).await });
            });
        )+
    };
    (@durable $attributes:tt $run:path, $open:path, $reopen:path: $($law:ident),+) => {
        $(
            $crate::store_conformance!(@test $attributes $law {
                $run(async {
                    $crate::conformance::durable::$law($open().await, $reopen).await
                });
            });
        )+
    };
    (@test [$(#[$attribute:meta])*] $law:ident $body:block) => {
        #[test]
        $(#[$attribute])*
        fn $law() {
            $crate::conformance::in_time(stringify!($law), || $body);
        }
    };
}
