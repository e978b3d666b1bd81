//! The account as an aggregate of cqrs-es.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, QueryReplay};
use cqrs_es::{
    Aggregate, AggregateContext, AggregateError, DomainEvent, EventEnvelope, EventStore, Query,
};
use serde::{Deserialize, Serialize};

use crate::work::{CENTS, Content, key};

pub(crate) struct Deposit {
    pub(crate) account: u64,
    pub(crate) times: u32,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum AccountEvent {
    Deposited(Content),
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        "Deposited".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("nothing is deposited")]
pub(crate) struct NotADeposit;

#[derive(Default, Deserialize, Serialize)]
pub(crate) struct Account {
    cents: u64,
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = Deposit;
    type Event = AccountEvent;
    type Error = NotADeposit;
    type Services = ();

    async fn handle(
        &mut self,
        deposit: Deposit,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), NotADeposit> {
        if CENTS == 0 {
            return Err(NotADeposit);
        }
        for _ in 0..deposit.times {
            sink.write(AccountEvent::Deposited(Content::new(deposit.account)), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        let AccountEvent::Deposited(content) = event;
        self.cents += content.amount;
    }
}

/// True when it took effect, false when others were faster.
pub(crate) fn outcome(done: Result<(), AggregateError<NotADeposit>>) -> Result<bool, String> {
    match done {
        Ok(()) => Ok(true),
        Err(AggregateError::AggregateConflict) => Ok(false),
        // SQLite refuses a second writer after a while, which sqlite-es does not call a conflict.
        Err(error) if error.to_string().contains("database is locked") => Ok(false),
        Err(error) => Err(error.to_string()),
    }
}

/// Adds up all events.
pub(crate) async fn replay<R: PersistedEventRepository>(events: R) -> Result<u64, String> {
    let sum = Sum::default();
    let replay = QueryReplay::<R, Sum, Account>::new(events, sum.clone());
    replay.replay_all().await.map_err(|error| error.to_string())?;
    Ok(sum.0.load(Ordering::Relaxed))
}

/// The balance of one account, from its events.
pub(crate) async fn balance<R: PersistedEventRepository>(
    events: R,
    account: u64,
) -> Result<u64, String> {
    let store = PersistedEventStore::<R, Account>::new_event_store(events);
    let loaded = store.load_aggregate(&key(account)).await.map_err(|error| error.to_string())?;
    let mut loaded = loaded;
    Ok(loaded.aggregate().cents)
}

#[derive(Clone, Default)]
struct Sum(Arc<AtomicU64>);

#[async_trait::async_trait]
impl Query<Account> for Sum {
    async fn dispatch(&self, _: &str, events: &[EventEnvelope<Account>]) {
        for event in events {
            let AccountEvent::Deposited(content) = &event.payload;
            self.0.fetch_add(content.amount, Ordering::Relaxed);
        }
    }
}
