//! The events that are read: deposits, spread over accounts.

use std::path::Path;
use std::time::Duration;

use rdddy::EmbeddedStore;
use rdddy::message::{Message, MessageId, Metadata, Timestamp};
use rdddy::prelude::*;
use rdddy::store::{Append, EventStore, Expected, NewEvent, StreamName, Tag};
use serde::{Deserialize, Serialize};

/// Six fields, about 141 bytes.
#[derive(Event, Serialize, Deserialize)]
pub(crate) struct Deposited {
    #[tag]
    pub(crate) account: String,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    pub(crate) reference: String,
    pub(crate) channel: String,
    pub(crate) at: u64,
}

/// Events of one append.
const BATCH: u64 = 1000;

/// Writes `events` of them into a new store, one account after the other.
pub(crate) async fn write(file: &Path, events: u64, accounts: u64) -> rdddy::Result<()> {
    let store = EmbeddedStore::open(file)?;
    let at = Timestamp(Duration::from_millis(1_795_370_000_000));
    for batch in 0..events.div_ceil(BATCH) {
        let mut append = Append::new(at);
        for nth in batch * BATCH..events.min((batch + 1) * BATCH) {
            let account = format!("account-{:08}", nth % accounts);
            let event = Deposited {
                account: account.clone(),
                amount: 1250,
                currency: "EUR".into(),
                reference: "ref-0123456789".into(),
                channel: "branch-office".into(),
                at: 1_795_370_000_000,
            };
            let id = MessageId(u128::from(nth) + 1);
            let event = NewEvent {
                id,
                name: Deposited::name().into(),
                schema: 1,
                data: serde_json::to_vec(&event)?,
                tags: vec![Tag::new("account", &account)?],
                metadata: Metadata::first(id, at),
            };
            match append.streams.iter_mut().find(|part| part.stream.key() == account) {
                Some(part) => part.events.push(event),
                None => {
                    let stream = StreamName::new("bank.Account", account)?;
                    append = append.to(stream, Expected::Any, vec![event]);
                }
            }
        }
        store.append(append).await?;
    }
    Ok(())
}
