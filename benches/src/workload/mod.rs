//! What is done: each workload written once, over [`Subject`].

mod ask;
mod idle;
mod publish;
mod relay;
mod spawn;
mod tell;

use std::fmt;
use std::time::Duration;

use crate::subject::Subject;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// One producer tells one counter.
    Tell,
    /// The same, for mailboxes with a bound.
    TellBounded,
    /// Four producers tell one counter.
    Tell4,
    /// One caller asks a counter that has nothing else to do.
    AskIdle,
    /// The same, answered by an `async` handler.
    AskIdleAsync,
    /// One caller asks, and each question goes through the mailbox.
    AskQueued,
    /// 64 callers ask one counter.
    Ask64,
    /// Two relays.
    PingPong,
    /// A thousand relays.
    Ring,
    /// Events to 1,000 of 10,000 actors.
    Publish,
    /// Spawns counters and keeps them.
    Spawn,
    /// Resident memory of counters that never got a message.
    BytesIdle,
}

impl Workload {
    /// All of them, in the order of the report.
    pub(crate) const ALL: [Workload; 12] = [
        Workload::Tell,
        Workload::TellBounded,
        Workload::Tell4,
        Workload::AskIdle,
        Workload::AskIdleAsync,
        Workload::AskQueued,
        Workload::Ask64,
        Workload::PingPong,
        Workload::Ring,
        Workload::Publish,
        Workload::Spawn,
        Workload::BytesIdle,
    ];

    /// Its name on the command line and in the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Workload::Tell => "tell",
            Workload::TellBounded => "tell-bounded",
            Workload::Tell4 => "tell-4",
            Workload::AskIdle => "ask-idle",
            Workload::AskIdleAsync => "ask-idle-async",
            Workload::AskQueued => "ask-queued",
            Workload::Ask64 => "ask-64",
            Workload::PingPong => "ping-pong",
            Workload::Ring => "ring",
            Workload::Publish => "publish",
            Workload::Spawn => "spawn",
            Workload::BytesIdle => "bytes-idle",
        }
    }

    /// What its value counts.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Workload::Tell | Workload::TellBounded | Workload::Tell4 => "messages/s",
            Workload::AskIdle | Workload::AskIdleAsync | Workload::AskQueued => "ns",
            Workload::Ask64 => "asks/s",
            Workload::PingPong | Workload::Ring => "hops/s",
            Workload::Publish => "deliveries/s",
            Workload::Spawn => "actors/s",
            Workload::BytesIdle => "bytes",
        }
    }

    /// Whether the better subject has the smaller value.
    pub(crate) fn smaller_is_better(self) -> bool {
        matches!(self.unit(), "ns" | "bytes")
    }

    /// The subject that the others are compared with.
    pub(crate) fn baseline(self) -> &'static str {
        match self {
            Workload::TellBounded => "tokio-bounded",
            _ => "tokio",
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Does `workload` with `S` for at least `budget`, and returns its value.
///
/// # Errors
///
/// What this machine lacks.
pub(crate) async fn run<S: Subject>(workload: Workload, budget: Duration) -> Result<f64, String> {
    let system = S::start(workload).await;
    Ok(match workload {
        Workload::Tell | Workload::TellBounded => tell::run(&system, 1, budget).await,
        Workload::Tell4 => tell::run(&system, 4, budget).await,
        Workload::AskIdle | Workload::AskQueued => ask::one_caller(&system, budget).await,
        Workload::AskIdleAsync => ask::one_caller_async(&system, budget).await,
        Workload::Ask64 => ask::many_callers(&system, 64, budget).await,
        Workload::PingPong => relay::run(&system, 2, budget).await,
        Workload::Ring => relay::run(&system, 1_000, budget).await,
        Workload::Publish => publish::run(&system, 10_000, 1_000, budget).await,
        Workload::Spawn => spawn::run(&system, budget).await,
        Workload::BytesIdle => idle::run(&system).await?,
    })
}
