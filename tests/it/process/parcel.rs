//! Parcels are dispatched, and somebody has to call a courier for each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdddy::prelude::*;
use rdddy::store::{EventStore, MemoryStore, StreamName, Version};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

#[derive(Command, Clone, Debug)]
pub(crate) struct Dispatch {
    #[key]
    pub(crate) parcel: u64,
    pub(crate) nth: u32,
    pub(crate) goes: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dispatched {
    #[tag]
    pub(crate) parcel: u64,
    pub(crate) nth: u32,
    pub(crate) goes: String,
}

#[derive(Default)]
pub(crate) struct Parcel;

#[aggregate(id = u64)]
impl Parcel {
    #[handler]
    fn dispatch(&self, dispatch: Dispatch) -> Dispatched {
        let Dispatch { parcel, nth, goes } = dispatch;
        Dispatched { parcel, nth, goes }
    }

    #[apply]
    fn dispatched(&mut self, _: &Dispatched) {}
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CourierCalled {
    #[tag]
    pub(crate) parcel: u64,
    pub(crate) nth: u32,
    pub(crate) attempt: u32,
}

#[derive(Debug, thiserror::Error, DomainError)]
pub(crate) enum Refused {
    #[error("nobody goes there")]
    Nowhere,
    #[error("all couriers are out")]
    #[domain(transient)]
    AllOut,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the line is dead")]
    Line,
    #[error("the courier refuses")]
    Refused(#[from] Refused),
}

/// The world outside: what it was asked, and how much of it at a time.
#[derive(Clone, Default)]
pub(crate) struct Office {
    seen: Arc<Mutex<Seen>>,
    pub(crate) answers: Arc<Notify>,
    /// Where nothing may be stored yet of what is done.
    disk: Option<MemoryStore>,
}

#[derive(Default)]
pub(crate) struct Seen {
    /// Number of calls by idempotency key.
    pub(crate) keys: BTreeMap<String, u32>,
    /// Parcel and number of each call that was begun, in order.
    pub(crate) calls: Vec<(u64, u32)>,
    pub(crate) under_way: Vec<u64>,
    pub(crate) most_under_way: usize,
    pub(crate) cancelled: u32,
}

impl Office {
    pub(crate) fn watching(disk: MemoryStore) -> Self {
        Office { disk: Some(disk), ..Office::default() }
    }

    pub(crate) fn seen<R>(&self, look: impl FnOnce(&mut Seen) -> R) -> R {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn calls(&self) -> Vec<(u64, u32)> {
        self.seen(|seen| seen.calls.clone())
    }

    /// Fails when the work that the event asks for has a result.
    async fn is_open(&self, cx: &TaskContext<'_>) {
        let Some(disk) = &self.disk else { return };
        let key = cx.happening().event_id().to_string();
        let stream = StreamName::new(CallCourier::name(), key).unwrap();
        let results = disk.read_stream(&stream, Version(1), 1).await.unwrap();
        assert!(results.is_empty(), "done before: {results:?}");
    }

    fn enter(&self, event: &Dispatched, cx: &TaskContext<'_>) -> Line {
        self.seen(|seen| {
            *seen.keys.entry(cx.idempotency_key().to_string()).or_default() += 1;
            seen.calls.push((event.parcel, event.nth));
            assert!(!seen.under_way.contains(&event.parcel), "two calls about {}", event.parcel);
            seen.under_way.push(event.parcel);
            seen.most_under_way = seen.most_under_way.max(seen.under_way.len());
        });
        Line { office: self.clone(), parcel: event.parcel }
    }
}

/// A call under way.
struct Line {
    office: Office,
    parcel: u64,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.office.seen(|seen| seen.under_way.retain(|parcel| *parcel != self.parcel));
    }
}

pub(crate) struct CallCourier {
    pub(crate) office: Office,
}

#[task(timeout = "2s", retry(max = 3, backoff = "100ms..1s"), concurrency = 3)]
impl CallCourier {
    #[handler]
    async fn call(
        &self,
        event: &Dispatched,
        cx: &TaskContext<'_>,
    ) -> Result<CourierCalled, CallError> {
        self.office.is_open(cx).await;
        let _line = self.office.enter(event, cx);
        let called = CourierCalled { parcel: event.parcel, nth: event.nth, attempt: cx.attempt() };
        match event.goes.as_str() {
            "well" => {}
            "second" if cx.attempt() >= 2 => {}
            "second" => return Err(CallError::Line),
            "out" => return Err(Refused::AllOut.into()),
            "nowhere" => return Err(Refused::Nowhere.into()),
            "panic" if cx.attempt() == 1 => panic!("off the hook"),
            "silent" if cx.attempt() == 1 => std::future::pending().await,
            "waits" => self.office.answers.notified().await,
            "listens" => {
                cx.cancelled().await;
                self.office.seen(|seen| seen.cancelled += 1);
            }
            "never" => return Err(CallError::Line),
            _ => {}
        }
        Ok(called)
    }
}

pub(crate) fn dispatch(parcel: u64, nth: u32, goes: &str) -> Dispatch {
    Dispatch { parcel, nth, goes: goes.into() }
}

/// Long enough for every attempt and pause, and for what a dead process has claimed.
pub(crate) const LONG: Duration = Duration::from_secs(60);
