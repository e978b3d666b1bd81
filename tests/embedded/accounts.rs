//! Aggregates in one file: a system goes on where the one before it stopped, however it stopped.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};

use rdddy::EmbeddedStore;
use rdddy::message::MessageId;
use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::Folder;

const FILE: &str = "RDDDY_TEST_ACCOUNTS";
const KILLS: usize = 20;
const ACCOUNTS: u64 = 5;

#[derive(Clone, Command)]
#[command(reply = u64)]
struct Deposit {
    #[key]
    account: u64,
}

#[derive(Deserialize, Event, Serialize)]
struct Deposited {
    #[tag]
    account: u64,
}

#[derive(Default, Deserialize, Serialize)]
struct Account {
    deposits: u64,
}

#[aggregate(id = u64, snapshot(every = 7))]
impl Account {
    #[handler]
    fn deposit(&self, deposit: Deposit) -> Decided<Self, u64> {
        Decided::<Self, ()>::event(Deposited { account: deposit.account }).reply(self.deposits + 1)
    }

    #[apply]
    fn deposited(&mut self, _: &Deposited) {
        self.deposits += 1;
    }
}

async fn bank(file: &Path) -> ActorSystem {
    let store = EmbeddedStore::open(file).unwrap();
    ActorSystem::builder().store(store).start().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_goes_on_where_the_one_before_it_stopped() {
    let folder = Folder::new("restart");
    let file = folder.file("bank.db");
    for life in 1..=3 {
        let system = bank(&file).await;
        for nth in 1..=10 {
            let deposit = system.execute(Deposit { account: 1 }).await.unwrap();
            assert_eq!(deposit.reply, (life - 1) * 10 + nth);
        }
        let accounts = system.repository::<Account>().unwrap();
        assert_eq!(accounts.load(&1).await.unwrap().state.deposits, life * 10);
        system.shutdown().await;
    }
}

/// The process that is killed: it says how many deposits of each account were acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by the test that kills it"]
async fn deposits_until_it_is_killed() {
    let system = bank(Path::new(&std::env::var_os(FILE).unwrap())).await;
    let mut all = tokio::task::JoinSet::new();
    for account in 0..ACCOUNTS {
        let system = system.clone();
        all.spawn(async move {
            for nth in 0_u64.. {
                let known = system.repository::<Account>().unwrap().load(&account).await.unwrap();
                let id =
                    MessageId(u128::from(account) << 64 | u128::from(known.state.deposits + 1));
                let deposit = system.execute_as(id, Deposit { account }).await.unwrap();
                let reply = deposit.reply;
                // Not `println!`, which the test harness would swallow.
                writeln!(std::io::stdout(), "\nacknowledged {account} {reply} {nth}").unwrap();
            }
        });
    }
    all.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_loses_nothing_it_answered_for() {
    let folder = Folder::new("kill");
    let file = folder.file("bank.db");
    let mut acknowledged = [0; ACCOUNTS as usize];
    for kill in 0..KILLS {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "accounts::deposits_until_it_is_killed", "--ignored", "--nocapture"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = output.lines().map(Result::unwrap).filter_map(|line| {
            let mut numbers = line.strip_prefix("acknowledged ")?.split(' ').map(str::parse::<u64>);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        });
        let mut lines = lines.inspect(|(account, deposits)| {
            let known = &mut acknowledged[usize::try_from(*account).unwrap()];
            assert_eq!(*deposits, *known + 1, "account {account} lost or doubled a deposit");
            *known = *deposits;
        });
        let enough = kill * 37 % 61 + 1;
        assert_eq!(lines.by_ref().take(enough).count(), enough, "the child ended by itself");
        child.kill().unwrap();
        lines.for_each(drop);
        child.wait().unwrap();

        let system = bank(&file).await;
        let accounts = system.repository::<Account>().unwrap();
        for (account, known) in (0..).zip(&mut acknowledged) {
            let stored = accounts.load(&account).await.unwrap().state.deposits;
            assert!(stored == *known || stored == *known + 1, "{account}: {stored} of {known}");
            // The last one may have been stored without an answer.
            *known = stored;
        }
        drop(accounts);
        system.shutdown().await;
    }
}

const FIRST_FORMAT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/first-format.db");

/// Written once, by the first program that could. It is never written again.
#[tokio::test]
async fn the_first_format_is_read_for_ever() {
    let folder = Folder::new("format");
    let file = folder.file("bank.db");
    if std::fs::copy(FIRST_FORMAT, &file).is_err() {
        let system = bank(Path::new(FIRST_FORMAT)).await;
        for nth in 0..40 {
            let deposit = Deposit { account: nth % 3 };
            system.execute_as(MessageId(u128::from(nth)), deposit).await.unwrap();
        }
        system.shutdown().await;
        panic!("the fixture was written: commit it");
    }
    let system = bank(&file).await;
    let accounts = system.repository::<Account>().unwrap();
    for (account, deposits) in [(0, 14), (1, 13), (2, 13)] {
        assert_eq!(accounts.load(&account).await.unwrap().state.deposits, deposits);
    }
    let first = accounts.as_of(&0, rdddy::store::Version(1)).await.unwrap();
    assert_eq!(first.state.deposits, 1);
    let known = system.execute_as(MessageId(39), Deposit { account: 0 }).await.unwrap();
    assert!(known.repeated);
    assert_eq!(known.reply, 14);
    assert_eq!(system.execute(Deposit { account: 0 }).await.unwrap().reply, 15);
}
