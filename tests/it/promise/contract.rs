//! Contracts on any actor: a breach is a typed event, and its supervisor decides.

use rdddy::prelude::*;
use rdddy::runtime::{ContractBreach, ContractKind};
use rdddy_testkit::World;

bounded_context!("contract");

#[derive(Debug, thiserror::Error, PartialEq)]
#[error("only {0} left")]
struct TooLittle(i64);

#[derive(Command, Debug)]
#[command(error = TooLittle)]
struct Withdraw(i64);

#[derive(Command, Debug)]
struct Deposit(i64);

#[derive(Command, Debug)]
struct Embezzle(i64);

#[derive(Event, Debug)]
struct Audited;

#[derive(Query, Debug)]
#[query(reply = i64)]
struct Balance;

struct Account {
    balance: i64,
}

#[actor]
impl Account {
    #[handler]
    #[requires(self.balance >= cmd.0, TooLittle(self.balance))]
    fn withdraw(&mut self, cmd: Withdraw) {
        self.balance -= cmd.0;
    }

    #[handler]
    #[requires(cmd.0 > 0)]
    #[ensures(self.balance == old(self.balance) + old(cmd.0).min(1_000))]
    fn deposit(&mut self, cmd: Deposit) {
        self.balance += cmd.0;
    }

    #[handler]
    fn embezzle(&mut self, cmd: Embezzle) {
        self.balance -= cmd.0;
    }

    #[handler(redeliver = false)]
    #[requires(self.balance < 500)]
    fn audited(&mut self, _: &Audited) {}

    #[handler]
    fn balance(&self, _: Balance) -> i64 {
        self.balance
    }

    #[invariant("an account is never overdrawn")]
    fn is_not_overdrawn(&self) -> bool {
        self.balance >= 0
    }
}

async fn account(world: &World) -> ActorRef<Account> {
    world.spawn(Props::new(|| Account { balance: 100 })).await
}

fn breaches(world: &World) -> Vec<ContractBreach> {
    let all = world.events().of::<SystemEvent>();
    let breaches = all.iter().filter_map(|event| match &**event {
        SystemEvent::ContractBreached { breach, .. } => Some(breach.clone()),
        _ => None,
    });
    breaches.collect()
}

#[rdddy_testkit::test]
async fn a_requirement_with_an_error_refuses_the_message(world: &mut World) {
    let account = account(world).await;
    account.ask(Withdraw(60)).await.unwrap();
    let refused = account.ask(Withdraw(60)).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(&TooLittle(40)));
    assert_eq!((account.ask(Balance).await.unwrap(), account.incarnation()), (40, 1));
    assert_eq!(breaches(world), []);
}

#[rdddy_testkit::test]
async fn a_requirement_that_does_not_hold_keeps_the_handler_from_running(world: &mut World) {
    let account = account(world).await;
    let answer = account.ask(Deposit(-5)).await;
    let breach =
        ContractBreach { kind: ContractKind::Requires, condition: "cmd.0 > 0", method: "deposit" };
    assert!(
        matches!(&answer, Err(AskError::Failed(Failure::Breach(found))) if *found == breach),
        "{answer:?}"
    );
    assert_eq!(account.ask(Balance).await.unwrap(), 100);
    assert_eq!(breaches(world), [breach]);
    assert_eq!(account.incarnation(), 2, "its supervisor restarted it");
}

#[rdddy_testkit::test]
async fn a_promise_that_is_not_kept_is_a_breach(world: &mut World) {
    let account = account(world).await;
    account.ask(Deposit(1_000)).await.unwrap();
    let answer = account.ask(Deposit(1_001)).await;
    assert!(matches!(answer, Err(AskError::Failed(Failure::Breach(_)))), "{answer:?}");
    let found = breaches(world);
    assert_eq!(
        (found.len(), found[0].kind, found[0].method),
        (1, ContractKind::Ensures, "deposit")
    );
}

#[rdddy_testkit::test]
async fn an_invariant_is_checked_after_every_message(world: &mut World) {
    let account = account(world).await;
    account.tell(Embezzle(100)).await.unwrap();
    account.tell(Embezzle(1)).await.unwrap();
    assert_eq!(account.ask(Balance).await.unwrap(), 100, "a new life");
    let breach = ContractBreach {
        kind: ContractKind::Invariant,
        condition: "an account is never overdrawn",
        method: "is_not_overdrawn",
    };
    assert_eq!(breaches(world), [breach]);
}

#[rdddy_testkit::test]
async fn a_breach_in_the_handling_of_an_event_is_one_all_the_same(world: &mut World) {
    let account = account(world).await;
    account.ask(Deposit(500)).await.unwrap();
    world.publish(Audited).await;
    world.settle().await;
    let found = breaches(world);
    assert_eq!(
        (found.len(), found[0].kind, found[0].method),
        (1, ContractKind::Requires, "audited")
    );
    assert_eq!(account.incarnation(), 2);
}

#[rdddy_testkit::test]
async fn a_breach_is_published_before_the_failure_it_is(world: &mut World) {
    let account = account(world).await;
    account.tell(Embezzle(101)).await.unwrap();
    world.settle().await;
    let breached = |event: &SystemEvent| matches!(event, SystemEvent::ContractBreached { .. });
    let failed = |event: &SystemEvent| {
        matches!(event, SystemEvent::HandlerFailed { failure: Failure::Breach(_), .. })
    };
    world.events().sequence().then_matching(breached).then_matching(failed).check();
}
