//! What an aggregate was, and how events that were stored long ago are read today.
//!
//! Run it: `cargo run --example time_travel`
//!
//! What you see: the state of an account at each of its versions, its history with an event of a shape
//! that nobody writes any more, and data about a person that is forgotten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdddy::domain::KeyError;
use rdddy::prelude::*;
use rdddy::store::{Append, EventStore, Expected, MemoryStore, NewEvent, StreamName, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

bounded_context!("bank");

#[derive(Clone, Command)]
struct Deposit {
    #[key]
    account: u64,
    cents: u64,
    by: Personal<String>,
}

#[derive(Deserialize, Event, Serialize)]
#[event(version = 2)]
struct Deposited {
    cents: u64,
    by: Option<Personal<String>>,
}

#[derive(Default)]
struct Account {
    cents: u64,
    by: Vec<Personal<String>>,
}

#[aggregate(id = u64)]
impl Account {
    #[handler]
    fn deposit(&self, deposit: Deposit) -> Deposited {
        Deposited { cents: deposit.cents, by: Some(deposit.by) }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.cents;
        self.by.extend(event.by.clone());
    }

    /// Once, amounts were whole.
    #[upcast(event = Deposited, from = 1)]
    fn deposited_1(json: Value) -> Value {
        json!({ "cents": json["euros"].as_u64().unwrap_or(0) * 100 })
    }
}

/// Keys in memory, and a cipher that is none: a real one belongs here.
#[derive(Default)]
struct Keys(Mutex<BTreeMap<String, u8>>);

impl Keys {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for Keys {
    fn seal(&self, subject: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let key = *self.lock().entry(subject.to_owned()).or_insert(0x5A);
        Ok(plain.iter().map(|byte| byte ^ key).collect())
    }

    fn open(&self, subject: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
        let key = self.lock().get(subject).copied();
        Ok(key.map(|key| sealed.iter().map(|byte| byte ^ key).collect()))
    }

    fn forget(&self, subject: &str) -> Result<bool, KeyError> {
        Ok(self.lock().remove(subject).is_some())
    }
}

/// As it was written years ago.
async fn write_old_event(system: &ActorSystem, store: &MemoryStore) -> rdddy::Result<()> {
    let metadata = system.new_metadata();
    let (id, at) = (metadata.message, metadata.sent);
    let (name, data) = ("bank.Deposited".into(), br#"{"euros":7}"#.to_vec());
    let old = NewEvent { id, name, schema: 1, data, tags: Vec::new(), metadata };
    let account = StreamName::new("bank.Account", "1")?;
    store.append(Append::new(at).to(account, Expected::NoStream, vec![old])).await?;
    Ok(())
}

/// Looks back, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let (store, keys) = (MemoryStore::new(), Arc::new(Keys::default()));
    let system = ActorSystem::builder().store(store.clone()).keys(keys.clone()).start().await?;
    write_old_event(&system, &store).await?;
    for cents in [250, 30] {
        let by = Personal::new("ada", "Ada Lovelace".to_owned());
        system.execute(Deposit { account: 1, cents, by }).await?;
    }
    let accounts = system.repository::<Account>()?;
    let mut out = String::new();
    for version in 1..=3 {
        let then = accounts.as_of(&1, Version(version)).await?;
        out.push_str(&format!("at version {version}: {} cents\n", then.state.cents));
    }
    let names = |account: &Account| -> Vec<String> {
        let name = |by: &Personal<String>| by.value().cloned().unwrap_or("(forgotten)".into());
        account.by.iter().map(name).collect()
    };
    out.push_str(&format!("deposited by {:?}\n", names(&accounts.load(&1).await?.state)));
    keys.forget("ada")?;
    out.push_str(&format!("deposited by {:?}\n", names(&accounts.load(&1).await?.state)));
    Ok(out)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
