//! A bank with a planted race: a teller reads the balance, then writes what it makes of it.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Query, Debug)]
#[query(reply = i64)]
pub(crate) struct Balance;

#[derive(Command, Debug)]
pub(crate) struct SetBalance(pub(crate) i64);

#[derive(Command, Debug)]
pub(crate) struct Deposit(pub(crate) i64);

#[derive(Event, Debug, Serialize, Deserialize)]
pub(crate) struct Deposited {
    pub(crate) amount: i64,
}

#[derive(Default)]
pub(crate) struct Account {
    balance: i64,
}

#[actor]
impl Account {
    #[handler]
    fn balance(&self, _: Balance) -> i64 {
        self.balance
    }

    #[handler]
    fn set(&mut self, cmd: SetBalance) {
        self.balance = cmd.0;
    }
}

/// Puts money into an account in two steps, between which others may do the same.
pub(crate) struct Teller {
    pub(crate) account: ActorRef<Account>,
}

#[actor]
impl Teller {
    #[handler]
    async fn deposit(&mut self, cmd: Deposit, cx: &mut Context<Self>) {
        let balance = self.account.ask(Balance).await.unwrap();
        self.account.ask(SetBalance(balance + cmd.0)).await.unwrap();
        cx.publish(Deposited { amount: cmd.0 }).await.unwrap();
    }
}

/// Two tellers deposit at the same time; no money may be lost.
pub(crate) async fn two_deposits(world: &mut rdddy_testkit::World) {
    let account = world.spawn(Account::default()).await;
    let one = world.spawn(Teller { account: account.clone() }).await;
    let other = world.spawn(Teller { account: account.clone() }).await;
    one.tell(Deposit(100)).await.unwrap();
    other.tell(Deposit(10)).await.unwrap();
    world.settle().await;
    assert_eq!(account.ask(Balance).await.unwrap(), 110, "money was lost");
}
