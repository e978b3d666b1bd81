//! The same work for every event store: deposits into the accounts of a bank.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What went wrong, as text.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Accounts that deposits are spread over, each as likely as the others.
pub(crate) const ACCOUNTS: u64 = 10_000;
/// Events of the long account.
const LONG: u64 = 100_000;
/// Events of a replay, and of one with `--quick`.
const REPLAYED: u64 = 1_000_000;
const REPLAYED_QUICKLY: u64 = 100_000;

/// Workloads: name, unit, whether smaller is better.
pub(crate) const WORKLOADS: [(&str, &str, bool); 8] = [
    ("commands-64", "commands/s", false),
    ("commands-1024", "commands/s", false),
    ("ten-events", "events/s", false),
    ("hot", "commands/s", false),
    ("sequential", "commands/s", false),
    ("replay", "events/s", false),
    ("rehydrate", "ms", true),
    ("rehydrate-snapshot", "ms", true),
];

/// The content of an event: six fields, about 141 bytes.
pub(crate) struct Content {
    pub(crate) account: String,
    pub(crate) amount: i64,
    pub(crate) currency: &'static str,
    pub(crate) reference: String,
    pub(crate) teller: &'static str,
    pub(crate) at: i64,
}

impl Content {
    pub(crate) fn of(account: &str, amount: i64) -> Self {
        Content {
            account: account.to_owned(),
            amount,
            currency: "EUR",
            reference: format!("inv-2026-{amount:010}"),
            teller: "branch-office-042",
            at: 1_795_370_000_000,
        }
    }
}

pub(crate) fn name(account: u64) -> String {
    format!("account-{account:08}")
}

/// An event store with aggregates on it.
pub(crate) trait Bank: Send + Sync + 'static {
    /// Has one account decide about a command that leads to so many events; returns when they are
    /// durable. False when somebody else was first.
    fn deposit(
        &self,
        account: u64,
        events: u64,
    ) -> impl Future<Output = Outcome<bool>> + Send;

    /// Folds an account from the store; how many events it has.
    fn load(&self, account: u64) -> impl Future<Output = Outcome<u64>> + Send;

    /// Decodes all events, in order; how many there are.
    fn replay(&self) -> impl Future<Output = Outcome<u64>> + Send;

    /// Whether its accounts have snapshots.
    fn has_snapshots(&self) -> bool {
        false
    }
}

/// Any error as text.
pub(crate) fn text(error: impl Display) -> String {
    error.to_string()
}

/// Measures `bank` at `workload`; none when it cannot do that.
pub(crate) async fn measure<B: Bank>(
    bank: B,
    workload: &str,
    budget: Duration,
) -> Outcome<Option<f64>> {
    let bank = Arc::new(bank);
    if matches!(workload, "commands-64" | "commands-1024" | "ten-events") {
        fill(&bank, 0..ACCOUNTS, 2, 0).await?;
    }
    let value = match workload {
        "commands-64" => callers(&bank, 64, ACCOUNTS, 1, budget).await?,
        "commands-1024" => callers(&bank, 1024, ACCOUNTS, 1, budget).await?,
        "ten-events" => callers(&bank, 64, ACCOUNTS, 10, budget).await? * 10.0,
        "hot" => callers(&bank, 64, 1, 1, budget).await?,
        "sequential" => callers(&bank, 1, 1, 1, budget).await?,
        "replay" => replay(&bank, budget).await?,
        "rehydrate" if !bank.has_snapshots() => rehydrate(&bank, budget).await?,
        "rehydrate-snapshot" if bank.has_snapshots() => rehydrate(&bank, budget).await?,
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// Commands per second that took effect, by so many callers that each wait for their answer.
async fn callers<B: Bank>(
    bank: &Arc<B>,
    callers: u64,
    accounts: u64,
    events: u64,
    budget: Duration,
) -> Outcome<f64> {
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (bank, stop, done) = (Arc::clone(bank), Arc::clone(&stop), Arc::clone(&done));
            let mut dice = Dice(caller << 32);
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    if bank.deposit(dice.roll() % accounts, events).await? {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Outcome::Ok(())
            })
        })
        .collect();
    tokio::time::sleep(budget).await;
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.map_err(text)??;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}

async fn replay<B: Bank>(bank: &Arc<B>, budget: Duration) -> Outcome<f64> {
    let quick = budget < Duration::from_secs(2);
    let wanted = if quick { REPLAYED_QUICKLY } else { REPLAYED };
    // Spread over the accounts, as they come.
    for round in 0..wanted / (ACCOUNTS * 10) {
        fill(bank, 0..ACCOUNTS, 10, round).await?;
    }
    let started = Instant::now();
    let mut replayed = 0;
    while replayed == 0 || started.elapsed() < budget {
        let found = bank.replay().await?;
        if found < wanted {
            return Err(format!("{found} of {wanted} events were replayed"));
        }
        replayed += found;
    }
    Ok(replayed as f64 / started.elapsed().as_secs_f64())
}

async fn rehydrate<B: Bank>(bank: &Arc<B>, budget: Duration) -> Outcome<f64> {
    for _ in 0..LONG / 1000 {
        if !bank.deposit(0, 1000).await? {
            return Err("nobody else should have been first".to_owned());
        }
    }
    let (started, mut loads) = (Instant::now(), 0);
    while loads == 0 || started.elapsed() < budget {
        let found = bank.load(0).await?;
        if found != LONG {
            return Err(format!("the account has {found} events"));
        }
        loads += 1;
    }
    Ok(started.elapsed().as_secs_f64() * 1000.0 / f64::from(loads))
}

/// So many events for each of the accounts, by many callers.
async fn fill<B: Bank>(
    bank: &Arc<B>,
    accounts: std::ops::Range<u64>,
    each: u64,
    round: u64,
) -> Outcome {
    let next = Arc::new(AtomicU64::new(accounts.start));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (bank, next, end) = (Arc::clone(bank), Arc::clone(&next), accounts.end);
            tokio::spawn(async move {
                loop {
                    let account = next.fetch_add(1, Ordering::Relaxed);
                    if account >= end {
                        return Outcome::Ok(());
                    }
                    if !bank.deposit(account, each).await? {
                        return Err(format!("somebody was first, in round {round}"));
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(text)??;
    }
    Ok(())
}

/// Repeatable dice: `SplitMix64`.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
