#![deny(warnings, missing_docs)]
//! Everything at once, without a warning.

use rdddy::prelude::*;

/// A rate.
#[derive(Clone, Copy, Debug, PartialEq, ValueObject)]
#[value(range = 0.0..=1.0, message = "a rate is between 0 and 1")]
pub struct Rate(f64);

#[derive(ValueObject)]
#[value(check = Self::is_even(value))]
struct Even(u8);

impl Even {
    fn is_even(value: &u8) -> bool {
        value % 2 == 0
    }
}

/// A raw name.
#[derive(ValueObject)]
#[value(personal, serde = false, crate = ::rdddy, error = Refused)]
pub struct Raw {
    r#type: u8,
    #[value(normalize = str::trim, min_chars = 1)]
    value: String,
}

mod inner {
    #[derive(rdddy::ValueObject)]
    #[value(not_empty)]
    pub(super) struct Items(Vec<u8>);
}

macro_rules! percent {
    ($name:ident) => {
        #[derive(ValueObject)]
        #[value(check = *value <= 100)]
        struct $name(u8);
    };
}
percent!(Percent);

/// An id.
#[derive(Id)]
#[id(crate = ::rdddy)]
pub struct OrderId(u128);

/// Somebody.
#[derive(Entity)]
#[entity(crate = ::rdddy)]
pub struct Customer {
    #[id]
    number: OrderId,
}

/// A refusal.
#[derive(Debug, DomainError, thiserror::Error)]
#[domain(terminal, crate = ::rdddy)]
pub enum OrderError {
    /// Busy.
    #[error("busy: {0}")]
    #[domain(transient, severity = critical, code = "a.b")]
    Busy(u8),
}

fn main() {
    assert!(Rate::new(0.5).is_ok() && Even::new(3).is_err());
    let raw = Raw::new(1, " a ").unwrap();
    assert_eq!((raw.r#type(), raw.value()), (1, "a"));
    assert!(inner::Items::new(vec![]).is_err() && Percent::new(101).is_err());
    let customer = Customer { number: OrderId::new(1) };
    assert_eq!(customer.id(), &customer.number);
}
