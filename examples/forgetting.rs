//! A person is forgotten, and what has happened stays.
//!
//! Run it: `cargo run --example forgetting`
//!
//! What you see: what is stored about a customer, which nobody can read without the customer's key;
//! the names on an account before and after one of its two customers is forgotten.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdddy::domain::KeyError;
use rdddy::prelude::*;
use rdddy::store::{EventStore, MemoryStore, StreamName, Version};
use serde::{Deserialize, Serialize};

bounded_context!("savings");

#[derive(Clone, Command)]
struct Save {
    #[key]
    account: u64,
    cents: u64,
    by: Personal<String>,
}

#[derive(Deserialize, Event, Serialize)]
struct Saved {
    cents: u64,
    by: Personal<String>,
}

#[derive(Default)]
struct Savings {
    cents: u64,
    by: Vec<Personal<String>>,
}

#[aggregate(id = u64)]
impl Savings {
    #[handler]
    fn save(&self, save: Save) -> Saved {
        Saved { cents: save.cents, by: save.by }
    }

    #[apply]
    fn saved(&mut self, event: &Saved) {
        self.cents += event.cents;
        self.by.push(event.by.clone());
    }
}

/// Keys in memory, and a cipher that hides nothing: real keys and a real cipher belong here.
#[derive(Default)]
struct Keys(Mutex<Ring>);

#[derive(Default)]
struct Ring {
    keys: BTreeMap<String, u8>,
    made: u8,
    forgotten: u64,
}

impl Keys {
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for Keys {
    fn seal(&self, subject: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let Ring { keys, made, .. } = &mut *self.lock();
        *made += u8::from(!keys.contains_key(subject));
        let key = *keys.entry(subject.to_owned()).or_insert(*made);
        Ok([key].into_iter().chain(plain.iter().map(|byte| byte ^ key)).collect())
    }

    fn open(&self, subject: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, KeyError> {
        let key = self.lock().keys.get(subject).copied();
        // What was sealed with a key that is gone stays closed, also when there is a new one.
        let (Some(key), Some((made_with, sealed))) = (key, sealed.split_first()) else {
            return Ok(None);
        };
        Ok((key == *made_with).then(|| sealed.iter().map(|byte| byte ^ key).collect()))
    }

    fn forget(&self, subject: &str) -> Result<bool, KeyError> {
        let mut ring = self.lock();
        let known = ring.keys.remove(subject).is_some();
        ring.forgotten += u64::from(known);
        Ok(known)
    }

    fn forgotten(&self) -> u64 {
        self.lock().forgotten
    }
}

/// Forgets one of two customers, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let keys = Arc::new(Keys::default());
    let store = MemoryStore::new();
    let system = ActorSystem::builder().store(store.clone()).keys(keys.clone()).start().await?;
    for (subject, name, cents) in [("ada", "Ada Lovelace", 250), ("emmy", "Emmy Noether", 30)] {
        let by = Personal::new(subject, name.to_owned());
        system.execute(Save { account: 1, cents, by }).await?;
    }
    let accounts = system.repository::<Savings>()?;
    let show = |Savings { cents, by }: &Savings| {
        let names = by.iter().map(|by| by.value().map_or("(forgotten)", String::as_str));
        format!("{cents} cents by {}\n", names.collect::<Vec<_>>().join(" and "))
    };

    let stored =
        store.read_stream(&StreamName::new("savings.Savings", "1")?, Version(1), 2).await?;
    let mut text = stored.iter().map(|stored| String::from_utf8_lossy(&stored.event.data));
    let mut out = format!("a name is stored: {}\n", text.any(|text| text.contains("Lovelace")));
    out.push_str(&show(&accounts.load(&1).await?.state));
    keys.forget("ada")?;
    out.push_str(&show(&accounts.load(&1).await?.state));
    Ok(out)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
