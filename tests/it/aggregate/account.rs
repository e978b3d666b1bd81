//! An aggregate written by hand: what `#[aggregate]` generates, and no more.

use std::sync::Arc;

use rdddy::domain::{
    Aggregate, AggregateEvent, Decide, Decided, Decides, DecisionOf, Emits, EventFormat,
    EventVisitor, IntoDecision, Keyed, StoredForm,
};
use rdddy::host::{CommandTable, OwnsCommands};
use rdddy::message::{ContractBreach, ContractKind, Message};
use rdddy::model::SourceLocation;
use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Command, Clone, Debug)]
#[command(error = AccountError)]
pub(super) struct Deposit {
    pub(super) account: String,
    pub(super) amount: u64,
}

#[derive(Command, Clone, Debug)]
#[command(reply = u64, error = AccountError)]
pub(super) struct Withdraw {
    pub(super) account: String,
    pub(super) amount: u64,
}

#[derive(Command, Clone, Debug)]
#[command(error = AccountError)]
pub(super) struct Audit {
    pub(super) account: String,
}

#[derive(Event, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deposited {
    pub(super) amount: u64,
}

#[derive(Event, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Withdrawn {
    pub(super) amount: u64,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AccountError {
    #[error("only {balance} left")]
    Overdrawn { balance: u64 },
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) balance: u64,
}

#[derive(Clone)]
pub(super) enum AccountEvent {
    Deposited(Arc<Deposited>),
    Withdrawn(Arc<Withdrawn>),
}

impl AggregateEvent for AccountEvent {
    fn name(&self) -> &'static str {
        match self {
            AccountEvent::Deposited(_) => Deposited::name(),
            AccountEvent::Withdrawn(_) => Withdrawn::name(),
        }
    }

    fn schema(&self) -> u32 {
        1
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn encode(&self) -> serde_json::Result<Vec<u8>> {
        match self {
            AccountEvent::Deposited(event) => serde_json::to_vec(&**event),
            AccountEvent::Withdrawn(event) => serde_json::to_vec(&**event),
        }
    }

    fn formats() -> Vec<EventFormat<Self>> {
        let (upcasts, formerly) = (Vec::new(), Vec::new());
        vec![
            EventFormat {
                name: Deposited::name(),
                schema: 1,
                decode: |json| serde_json::from_slice(json).map(AccountEvent::Deposited),
                upcasts: upcasts.clone(),
                formerly: formerly.clone(),
            },
            EventFormat {
                name: Withdrawn::name(),
                schema: 1,
                decode: |json| serde_json::from_slice(json).map(AccountEvent::Withdrawn),
                upcasts,
                formerly,
            },
        ]
    }

    fn visit<V: EventVisitor>(&self, visitor: V) -> V::Output {
        match self {
            AccountEvent::Deposited(event) => visitor.visit(event),
            AccountEvent::Withdrawn(event) => visitor.visit(event),
        }
    }
}

impl Aggregate for Account {
    type Id = String;
    type Event = AccountEvent;

    const NAME: &'static str = "Account";
    const CHECKED: bool = true;
    const SNAPSHOT_EVERY: Option<u32> = Some(10);

    fn category() -> &'static str {
        "bank.Account"
    }

    fn fingerprint() -> u64 {
        1
    }

    fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::Deposited(event) => self.balance += event.amount,
            AccountEvent::Withdrawn(event) => self.balance -= event.amount,
        }
    }

    fn check_invariants(&self) -> Result<(), ContractBreach> {
        let (condition, method) = ("nobody is that rich", "not_too_rich");
        let breach = ContractBreach { kind: ContractKind::Invariant, condition, method };
        if self.balance < 1_000_000 { Ok(()) } else { Err(breach) }
    }

    fn save(&self) -> Option<serde_json::Result<Vec<u8>>> {
        Some(serde_json::to_vec(self))
    }

    fn restore(snapshot: &[u8]) -> Option<serde_json::Result<Self>> {
        Some(serde_json::from_slice(snapshot))
    }
}

impl Emits<Deposited> for Account {
    fn emit(event: Deposited) -> AccountEvent {
        AccountEvent::Deposited(Arc::new(event))
    }
}

impl Emits<Withdrawn> for Account {
    fn emit(event: Withdrawn) -> AccountEvent {
        AccountEvent::Withdrawn(Arc::new(event))
    }
}

macro_rules! keyed {
    ($($command:ty),+) => {
        $(impl Keyed for $command {
            type Key = String;

            fn key(&self) -> &String {
                &self.account
            }
        })+
    };
}

keyed!(Deposit, Withdraw, Audit);

impl Decides<Deposit> for Account {
    fn decide(&self, command: Deposit, _: &Decide<Self>) -> DecisionOf<Self, Deposit> {
        assert!(command.amount != 13, "an unlucky number");
        Deposited { amount: command.amount }.into_decision()
    }

    fn copy(command: &Deposit) -> Option<Deposit> {
        Some(command.clone())
    }

    fn stored_reply() -> Option<StoredForm<()>> {
        Some(StoredForm::json())
    }
}

impl Decides<Withdraw> for Account {
    fn decide(&self, command: Withdraw, _: &Decide<Self>) -> DecisionOf<Self, Withdraw> {
        let left = self.balance.checked_sub(command.amount);
        let refused = AccountError::Overdrawn { balance: self.balance };
        let event = Withdrawn { amount: command.amount };
        left.map(|left| Decided::<Self, ()>::event(event).reply(left))
            .ok_or(refused)
            .into_decision()
    }

    fn copy(command: &Withdraw) -> Option<Withdraw> {
        Some(command.clone())
    }

    fn stored_reply() -> Option<StoredForm<u64>> {
        Some(StoredForm::json())
    }
}

/// Decides nothing, and cannot be decided again.
impl Decides<Audit> for Account {
    fn decide(&self, _: Audit, _: &Decide<Self>) -> DecisionOf<Self, Audit> {
        ().into_decision()
    }
}

impl OwnsCommands for Account {
    const LOCATION: SourceLocation = SourceLocation { file: file!(), line: line!() };

    fn commands(table: &mut CommandTable<'_, Self>) {
        table.add::<Deposit>();
        table.add::<Withdraw>();
        table.add::<Audit>();
    }
}

pub(super) fn deposit(account: &str, amount: u64) -> Deposit {
    Deposit { account: account.to_owned(), amount }
}

pub(super) fn withdraw(account: &str, amount: u64) -> Withdraw {
    Withdraw { account: account.to_owned(), amount }
}
