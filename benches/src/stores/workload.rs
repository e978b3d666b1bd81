//! Every workload, once, for all banks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::bank::Bank;
use crate::place::Place;
use crate::work::{ACCOUNTS, CENTS, Dice};

/// What came of a measurement: a value in the unit of the workload, or why there is none.
pub(crate) type Measured = Result<Result<f64, &'static str>, String>;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// Commands of `callers`, each waiting for its answer, on `accounts`, of so many `events` each.
    Commands { name: &'static str, callers: u64, accounts: u64, events: u32 },
    /// All events are read and decoded.
    Replay,
    /// An aggregate is folded from its events, or from a snapshot.
    Rehydrate { snapshot: bool },
}

const fn commands(name: &'static str, callers: u64, accounts: u64, events: u32) -> Workload {
    Workload::Commands { name, callers, accounts, events }
}

/// The deposits on an account before it is rehydrated.
pub(crate) const LONG: u64 = 100_000;

impl Workload {
    pub(crate) const ALL: [Workload; 8] = [
        commands("commands-64", 64, ACCOUNTS, 1),
        commands("commands-1024", 1024, ACCOUNTS, 1),
        commands("ten-events", 64, ACCOUNTS, 10),
        commands("hot", 64, 1, 1),
        commands("sequential", 1, 1, 1),
        Workload::Replay,
        Workload::Rehydrate { snapshot: false },
        Workload::Rehydrate { snapshot: true },
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Workload::Commands { name, .. } => name,
            Workload::Replay => "replay",
            Workload::Rehydrate { snapshot: false } => "rehydrate",
            Workload::Rehydrate { snapshot: true } => "rehydrate-snapshot",
        }
    }

    pub(crate) fn unit(self) -> &'static str {
        match self {
            Workload::Commands { events: 1, .. } => "commands/s",
            Workload::Commands { .. } | Workload::Replay => "events/s",
            Workload::Rehydrate { .. } => "ms",
        }
    }

    pub(crate) fn smaller_is_better(self) -> bool {
        matches!(self, Workload::Rehydrate { .. })
    }
}

/// Events that are replayed: a million, fewer when there is less than two seconds.
pub(crate) fn replayed(budget: Duration) -> u64 {
    if budget < Duration::from_secs(2) { 100_000 } else { 1_000_000 }
}

/// Measures a bank of the type `B`.
pub(crate) fn run<B: Bank>(workload: Workload, place: &Place, budget: Duration) -> Measured {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let bank = Arc::new(B::open(place).await?);
        match workload {
            Workload::Commands { callers, accounts, events, .. } => {
                if accounts > 1 {
                    bank.fill(accounts * 2, accounts).await?;
                }
                let storm = Storm { callers, accounts, events };
                storm.rage(&bank, budget / 5).await?;
                storm.rage(&bank, budget).await.map(Ok)
            }
            Workload::Replay => replay(&*bank, replayed(budget)).await.map(Ok),
            Workload::Rehydrate { snapshot } => rehydrate(&*bank, snapshot, budget).await,
        }
    })
}

#[derive(Clone, Copy)]
struct Storm {
    callers: u64,
    accounts: u64,
    events: u32,
}

impl Storm {
    /// Events per second of commands that took effect.
    async fn rage<B: Bank>(self, bank: &Arc<B>, budget: Duration) -> Result<f64, String> {
        let done = Arc::new(AtomicU64::new(0));
        let started = Instant::now();
        let tasks: Vec<_> = (1..=self.callers)
            .map(|caller| {
                let (bank, done, mut dice) =
                    (Arc::clone(bank), Arc::clone(&done), Dice(caller << 32));
                tokio::spawn(async move {
                    while started.elapsed() < budget {
                        let account = dice.roll() % self.accounts;
                        if bank.deposit(account, self.events).await? {
                            done.fetch_add(u64::from(self.events), Ordering::Relaxed);
                        }
                    }
                    Ok::<(), String>(())
                })
            })
            .collect();
        for task in tasks {
            task.await.map_err(|error| error.to_string())??;
        }
        Ok(done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
    }
}

async fn replay<B: Bank>(bank: &B, events: u64) -> Result<f64, String> {
    bank.fill(events, ACCOUNTS).await?;
    let mut fastest = f64::MAX;
    // The second time, what is read is in the memory of the machine for everybody.
    for _ in 0..2 {
        let started = Instant::now();
        expect(bank.replay().await?, events)?;
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
    Ok(events as f64 / fastest)
}

async fn rehydrate<B: Bank>(bank: &B, snapshot: bool, budget: Duration) -> Measured {
    bank.fill(LONG, 1).await?;
    if snapshot && !bank.snapshot(0).await? {
        return Ok(Err("it makes no snapshot of what is already stored"));
    }
    expect(bank.balance(0).await?, LONG)?;
    let (started, mut times) = (Instant::now(), 0_u32);
    while times == 0 || started.elapsed() < budget {
        expect(bank.balance(0).await?, LONG)?;
        times += 1;
    }
    Ok(Ok(started.elapsed().as_secs_f64() * 1e3 / f64::from(times)))
}

/// Whether nothing is missing.
pub(crate) fn expect(cents: u64, events: u64) -> Result<(), String> {
    if cents == events * CENTS {
        return Ok(());
    }
    Err(format!("{events} deposits of {CENTS} cents are {cents} cents"))
}
