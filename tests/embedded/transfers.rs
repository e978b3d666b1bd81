//! A saga in one file: money moves from wallet to wallet, or stays where it was, however often the
//! process is killed. A read model and a policy follow.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};

use rdddy::EmbeddedStore;
use rdddy::message::MessageId;
use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::Folder;

const FILE: &str = "RDDDY_TEST_TRANSFERS";
const KILLS: usize = 12;
const WALLETS: u64 = 4;
/// What each wallet begins with: not enough for all that is asked of it.
const CENTS: i64 = 300;

#[derive(Debug, thiserror::Error, DomainError)]
enum Refusal {
    #[error("there is not enough")]
    TooLittle,
    #[error("nothing is paid into this wallet")]
    Closed,
}

#[derive(Clone, Command)]
struct Transfer {
    #[key]
    transfer: u64,
    from: u64,
    to: u64,
    cents: i64,
}

#[derive(Clone, Command)]
struct Confirm {
    #[key]
    transfer: u64,
}

#[derive(Clone, Command, Serialize, Deserialize)]
#[command(error = Refusal)]
struct Take {
    #[key]
    wallet: u64,
    transfer: u64,
    cents: i64,
}

#[derive(Clone, Command, Serialize, Deserialize)]
#[command(error = Refusal)]
struct GiveBack {
    #[key]
    wallet: u64,
    transfer: u64,
    cents: i64,
}

#[derive(Clone, Command, Serialize, Deserialize)]
#[command(error = Refusal)]
struct Pay {
    #[key]
    wallet: u64,
    transfer: u64,
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
struct Asked {
    #[tag]
    transfer: u64,
    from: u64,
    to: u64,
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
struct Confirmed {
    #[tag]
    transfer: u64,
}

#[derive(Event, Serialize, Deserialize)]
struct Taken {
    #[tag]
    transfer: u64,
    #[tag]
    wallet: u64,
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
struct Paid {
    #[tag]
    transfer: u64,
    #[tag]
    wallet: u64,
    cents: i64,
}

#[derive(Default)]
struct Order;

#[aggregate(id = u64)]
impl Order {
    #[handler]
    fn transfer(&self, ask: Transfer) -> Asked {
        Asked { transfer: ask.transfer, from: ask.from, to: ask.to, cents: ask.cents }
    }

    #[handler]
    fn confirm(&self, confirm: Confirm) -> Confirmed {
        Confirmed { transfer: confirm.transfer }
    }

    #[apply]
    fn asked(&mut self, _: &Asked) {}

    #[apply]
    fn confirmed(&mut self, _: &Confirmed) {}
}

struct Wallet {
    cents: i64,
}

impl Default for Wallet {
    fn default() -> Self {
        Wallet { cents: CENTS }
    }
}

#[aggregate(id = u64)]
impl Wallet {
    #[handler]
    #[requires(self.cents >= take.cents, Refusal::TooLittle)]
    fn take(&self, take: Take) -> Result<Taken, Refusal> {
        Ok(Taken { transfer: take.transfer, wallet: take.wallet, cents: take.cents })
    }

    #[handler]
    fn give_back(&self, back: GiveBack) -> Paid {
        Paid { transfer: back.transfer, wallet: back.wallet, cents: back.cents }
    }

    /// The last wallet is closed.
    #[handler]
    #[requires(pay.wallet + 1 != WALLETS, Refusal::Closed)]
    fn pay(&self, pay: Pay) -> Result<Paid, Refusal> {
        Ok(Paid { transfer: pay.transfer, wallet: pay.wallet, cents: pay.cents })
    }

    #[apply]
    fn taken(&mut self, event: &Taken) {
        self.cents -= event.cents;
    }

    #[apply]
    fn paid(&mut self, event: &Paid) {
        self.cents += event.cents;
    }
}

#[derive(Default)]
struct Moving {
    to: u64,
}

#[saga(starts_on = Asked, key = transfer)]
impl Moving {
    #[step(compensate = give_back)]
    fn take(&mut self, event: &Asked) -> Take {
        self.to = event.to;
        Take { wallet: event.from, transfer: event.transfer, cents: event.cents }
    }

    #[compensation]
    fn give_back(&mut self, event: &Asked) -> GiveBack {
        GiveBack { wallet: event.from, transfer: event.transfer, cents: event.cents }
    }

    #[step(on = Taken, pivot)]
    fn pay(&mut self, event: &Taken) -> Pay {
        Pay { wallet: self.to, transfer: event.transfer, cents: event.cents }
    }
}

/// Confirms each payment.
struct Confirming;

#[policy]
impl Confirming {
    #[handler]
    fn on_paid(event: &Paid) -> Confirm {
        Confirm { transfer: event.transfer }
    }
}

/// What is in each wallet, besides what it began with.
#[derive(Default, Serialize, Deserialize)]
struct Balance {
    cents: i64,
}

#[projection(key = wallet: u64)]
impl Balance {
    #[handler]
    fn taken(&mut self, event: &Taken) {
        self.cents -= event.cents;
    }

    #[handler]
    fn paid(&mut self, event: &Paid) {
        self.cents += event.cents;
    }
}

async fn bank(file: &Path) -> ActorSystem {
    let builder = ActorSystem::builder().store(EmbeddedStore::open(file).unwrap());
    builder.saga::<Moving>().policy(Confirming).projection::<Balance>().start().await.unwrap()
}

fn nth(transfer: u64) -> Transfer {
    let (from, to) = (transfer % WALLETS, (transfer / 3 + 1) % WALLETS);
    Transfer { transfer, from, to, cents: 10 + i64::try_from(transfer % 90).unwrap() }
}

/// The process that is killed: it says which transfers it was asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test that kills it"]
async fn transfers_until_it_is_killed() {
    let system = bank(Path::new(&std::env::var_os(FILE).unwrap())).await;
    for transfer in 1.. {
        system.execute_as(MessageId(transfer.into()), nth(transfer)).await.unwrap();
        writeln!(std::io::stdout(), "\nasked {transfer}").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_neither_appears_nor_disappears_when_the_process_is_killed() {
    let folder = Folder::new("transfers");
    let file = folder.file("bank.db");
    let mut asked = 0;
    for kill in 0..KILLS {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "transfers::transfers_until_it_is_killed",
                "--ignored",
                "--nocapture",
            ])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = output.lines().map(Result::unwrap);
        let mut lines = lines.filter_map(|line| line.strip_prefix("asked ")?.parse::<u64>().ok());
        let more = asked + u64::try_from(kill * 7 % 31).unwrap() + 3;
        asked = lines.find(|transfer| *transfer >= more).unwrap();
        child.kill().unwrap();
        asked = lines.last().unwrap_or(asked);
        child.wait().unwrap();
    }
    let system = bank(&file).await;
    let moving = system.saga::<Moving>().unwrap();
    let mut ends = std::collections::BTreeMap::new();
    for transfer in 1..=asked {
        let end = moving.settled(&transfer.to_string()).await.unwrap();
        *ends.entry(end.state).or_insert(0) += 1;
    }
    assert_eq!(
        ends.keys().copied().collect::<Vec<_>>(),
        [SagaState::Completed, SagaState::Compensated]
    );
    let head = system.store().unwrap().head().await.unwrap();
    let balances = system.projection::<Balance>().unwrap();
    assert!(balances.wait_for(&head).await);
    assert!(system.policy::<Confirming>().unwrap().wait_for(&head).await);
    assert_eq!(system.policy::<Confirming>().unwrap().status().parked, []);
    let wallets = system.repository::<Wallet>().unwrap();
    let mut all = 0;
    for wallet in 0..WALLETS {
        let cents = wallets.load(&wallet).await.unwrap().state.cents;
        let row = balances.get(&wallet).await.unwrap().unwrap_or_default();
        assert_eq!(CENTS + row.cents, cents, "wallet {wallet}");
        assert!(cents >= 0);
        all += cents;
    }
    assert_eq!(all, CENTS * i64::try_from(WALLETS).unwrap(), "{ends:?}");
    drop(balances);
    system.shutdown().await;
}
