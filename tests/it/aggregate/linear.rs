//! Linearizable: whatever callers see at the same time, it could have been one after the other.
//!
//! Each history of calls on one account is checked by the search of Wing and Gong
//! (<https://doi.org/10.1006/jpdc.1993.1015>): is there an order of the calls, in which no call comes
//! before one that had ended when it began, that one account alone could have answered like this?

use std::sync::{Arc, Mutex};

use rdddy::prelude::*;
use rdddy::store::{MemoryStore, StoreFault};
use rdddy_testkit::{Exploration, World, explore};

use super::account::{Account, deposit, withdraw};

/// One call: when it began and ended, by the count of all such moments, and what it came to.
#[derive(Clone, Debug)]
struct Call {
    began: usize,
    ended: usize,
    amount: u64,
    withdraws: bool,
    answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Deposited,
    Left(u64),
    Overdrawn(u64),
    /// It may have happened, or not: at any time since it began.
    Unknown,
}

/// Whether some order explains the calls, on an account with `balance`.
fn explained(calls: &[Call], balance: u64) -> bool {
    if calls.iter().all(|call| call.answer == Answer::Unknown) {
        return true;
    }
    let earliest = calls.iter().map(|call| call.ended).min().unwrap_or(usize::MAX);
    (0..calls.len()).any(|at| {
        let call = &calls[at];
        if call.began > earliest {
            return false;
        }
        let rest: Vec<_> =
            calls.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, c)| c.clone()).collect();
        let after = match (call.withdraws, call.answer) {
            (false, Answer::Deposited) => Some(balance + call.amount),
            (true, Answer::Left(left)) => balance.checked_sub(call.amount).filter(|b| *b == left),
            (true, Answer::Overdrawn(seen)) => {
                (balance < call.amount && seen == balance).then_some(balance)
            }
            (false, Answer::Unknown) => {
                return explained(&rest, balance) || explained(&rest, balance + call.amount);
            }
            (true, Answer::Unknown) => {
                let taken = balance.checked_sub(call.amount);
                return explained(&rest, balance)
                    || taken.is_some_and(|taken| explained(&rest, taken));
            }
            _ => None,
        };
        after.is_some_and(|after| explained(&rest, after))
    })
}

async fn call(system: &ActorSystem, nth: u64) -> (u64, bool, Answer) {
    let amount = nth % 3 + 1;
    if nth.is_multiple_of(2) {
        let deposited = system.execute(deposit("a", amount)).await;
        return (amount, false, deposited.map_or(Answer::Unknown, |_| Answer::Deposited));
    }
    let answer = match system.execute(withdraw("a", amount)).await {
        Ok(committed) => Answer::Left(committed.reply),
        Err(error) => match error.refusal() {
            Some(super::account::AccountError::Overdrawn { balance }) => {
                Answer::Overdrawn(*balance)
            }
            None => Answer::Unknown,
        },
    };
    (amount, true, answer)
}

/// Has four callers call at the same time.
async fn history(world: &mut World, fault: Option<(u64, StoreFault)>) -> Vec<Call> {
    let store = MemoryStore::new();
    if let Some((at, fault)) = fault {
        store.inject(at, fault);
    }
    world.configure(|builder| builder.store(store).aggregate::<Account>());
    let moments = Arc::new(Mutex::new(0_usize));
    let calls = Arc::new(Mutex::new(Vec::new()));
    for caller in 0..4 {
        let (system, moments, calls) =
            (world.system().clone(), Arc::clone(&moments), Arc::clone(&calls));
        world.system().run(async move {
            let tick = || {
                let mut moments = moments.lock().unwrap();
                *moments += 1;
                *moments
            };
            for nth in 0..2 {
                let began = tick();
                let (amount, withdraws, answer) = call(&system, caller * 5 + nth).await;
                // What is not known has not ended.
                let ended = if answer == Answer::Unknown { usize::MAX } else { tick() };
                calls.lock().unwrap().push(Call { began, ended, amount, withdraws, answer });
            }
        });
    }
    let most = std::time::Duration::from_millis(1);
    while calls.lock().unwrap().len() < 8 {
        world.system().sleep(most).await;
    }
    calls.lock().unwrap().clone()
}

#[rdddy_testkit::explore(seeds = 300)]
async fn one_order_explains_what_all_callers_saw(world: &mut World) {
    let calls = history(world, None).await;
    assert!(calls.iter().all(|call| call.answer != Answer::Unknown), "{calls:#?}");
    assert!(explained(&calls, 0), "{calls:#?}");
}

#[test]
fn one_order_explains_it_also_when_the_store_fails() {
    for fault in [StoreFault::FailBefore, StoreFault::FailAfter] {
        for at in 1..=10 {
            let explored = explore(Exploration::seeds(20), async |world: &mut World| {
                let calls = history(world, Some((at, fault))).await;
                assert!(explained(&calls, 0), "{fault:?} at {at}: {calls:#?}");
            });
            if let Some(failure) = explored.failure() {
                panic!("{failure}");
            }
        }
    }
}

/// The check itself is checked: a refusal on a state that had been left behind is not explained.
#[test]
fn what_is_not_linear_is_not_explained() {
    let call =
        |began, ended, withdraws, answer| Call { began, ended, amount: 1, withdraws, answer };
    let deposited = call(1, 2, false, Answer::Deposited);
    assert!(explained(&[deposited.clone(), call(3, 4, true, Answer::Left(0))], 0));
    assert!(!explained(&[deposited.clone(), call(3, 4, true, Answer::Overdrawn(0))], 0));
    assert!(explained(&[deposited, call(1, 4, true, Answer::Overdrawn(0))], 0));
    let lost = call(1, usize::MAX, false, Answer::Unknown);
    assert!(explained(&[lost, call(3, 4, true, Answer::Left(0))], 0));
}
