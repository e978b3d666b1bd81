//! What an order is made of. None of it can be made without passing its check.

use std::fmt;
use std::ops::{Add, Mul, Sub};

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::ticket::Ticket;

/// An order as a customer wrote it. Whether it can be met is another matter.
#[derive(Clone, Debug)]
pub(crate) struct Slip {
    pub(crate) ticket: Ticket,
    pub(crate) order: OrderId,
    pub(crate) customer: CustomerName,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
    /// The price of one book, as the customer saw it.
    pub(crate) price: Cents,
    pub(crate) card: Card,
    pub(crate) address: Address,
}

/// The number of an order. Customers write `W-` before it.
#[derive(Id)]
pub(crate) struct OrderId(u64);

/// An ISBN of 13 digits whose last one fits the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueObject)]
#[value(check_with = is_isbn, message = "an ISBN has 13 digits, and the last one checks the others")]
#[value(examples = [9_781_735_974_958_u64])]
pub(crate) struct Isbn(u64);

fn is_isbn(digits: &u64) -> bool {
    let (mut rest, mut weight, mut sum) = (*digits, 1, 0);
    while rest > 0 {
        sum += rest % 10 * weight;
        rest /= 10;
        weight = 4 - weight;
    }
    (1_000_000_000_000..10_000_000_000_000).contains(digits) && sum % 10 == 0
}

/// How many copies of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueObject)]
#[value(range = 1..=100, message = "a quantity is between 1 and 100")]
pub(crate) struct Quantity(u32);

/// An amount of money. Every one is right.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Cents(pub(crate) u64);

impl Add for Cents {
    type Output = Cents;

    fn add(self, other: Cents) -> Cents {
        Cents(self.0.saturating_add(other.0))
    }
}

impl Sub for Cents {
    type Output = Cents;

    fn sub(self, other: Cents) -> Cents {
        Cents(self.0.saturating_sub(other.0))
    }
}

impl Mul<Quantity> for Cents {
    type Output = Cents;

    fn mul(self, quantity: Quantity) -> Cents {
        Cents(self.0.saturating_mul(u64::from(quantity.value())))
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// What stands for a card: nobody here ever sees its number.
#[derive(Clone, PartialEq, Eq, ValueObject)]
#[value(personal, max_chars = 4096)]
pub(crate) struct Card(String);

/// Who gets the books.
#[derive(Clone, PartialEq, Eq, ValueObject)]
#[value(personal, max_chars = 4096)]
pub(crate) struct CustomerName(String);

impl CustomerName {
    /// Stands for the customer where the name must not show: 64 bits of FNV-1a.
    pub(crate) fn id(&self) -> CustomerId {
        let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        CustomerId::new(self.value().bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }
}

/// Who orders, without a name.
#[derive(Id)]
pub(crate) struct CustomerId(u64);

/// Where the books go.
#[derive(Clone, PartialEq, Eq, ValueObject)]
#[value(personal)]
pub(crate) struct Address {
    street: String,
    city: String,
    postcode: String,
    country: String,
}
