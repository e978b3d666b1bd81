//! Everything at once, on threads.

use std::time::Duration;

use rdddy::prelude::*;

use crate::promise::chaos::turmoil;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_on_threads_every_message_is_accounted_for() {
    for round in 0..10 {
        let system = ActorSystem::builder().start().await.unwrap();
        turmoil(&system, Duration::from_millis(10)).await;
        system.sleep(Duration::from_millis(10 * round)).await;
        let report = system.shutdown().await;
        assert!(report.stuck.is_empty(), "{report:?}");
        assert!(system.actors().is_empty(), "{}", system.tree());
        assert_eq!(report.counters.spawned, report.counters.ended);
        assert_eq!(report.counters.in_flight(), 0, "{report:?}");
    }
}
