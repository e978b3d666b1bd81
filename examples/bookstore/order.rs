//! What an order is made of. None of it can be made without passing its check.

use std::fmt;
use std::ops::Add;
use std::str::FromStr;

/// An order that makes sense by itself. Whether it can be met is for the desk to decide.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) customer: String,
    pub(crate) isbn: Isbn,
    pub(crate) quantity: Quantity,
    /// The price of one book, as the customer saw it.
    pub(crate) price: Cents,
    pub(crate) card: Card,
    pub(crate) address: Address,
}

impl Order {
    pub(crate) fn total(&self) -> Cents {
        Cents(self.price.0.saturating_mul(u64::from(self.quantity.0)))
    }
}

/// The number of an order: `W-` and six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderId(u32);

impl OrderId {
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for OrderId {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        let digits = text.strip_prefix("W-").filter(|digits| digits.len() == 6);
        let number = digits.and_then(|digits| digits.parse().ok());
        number.map(OrderId).ok_or(OrderError::OrderId)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W-{:06}", self.0)
    }
}

/// An ISBN of 13 digits whose last one fits the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Isbn(u64);

impl Isbn {
    /// The ISBN with these digits.
    pub(crate) const fn new(digits: u64) -> Option<Self> {
        let (mut rest, mut weight, mut sum) = (digits, 1, 0);
        while rest > 0 {
            sum += rest % 10 * weight;
            rest /= 10;
            weight = 4 - weight;
        }
        let of_13_digits = digits / 1_000_000_000_000 >= 1 && digits / 10_000_000_000_000 == 0;
        if of_13_digits && sum % 10 == 0 { Some(Isbn(digits)) } else { None }
    }
}

impl FromStr for Isbn {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        digits.parse().ok().and_then(Isbn::new).ok_or(OrderError::Isbn)
    }
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How many copies of a book: at least one, at most [`Quantity::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(u32);

impl Quantity {
    pub(crate) const MAX: u32 = 100;

    pub(crate) fn new(copies: u32) -> Result<Self, OrderError> {
        match copies {
            1..=Self::MAX => Ok(Quantity(copies)),
            _ => Err(OrderError::Quantity),
        }
    }

    pub(crate) fn copies(self) -> u32 {
        self.0
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cents(pub(crate) u64);

impl Add for Cents {
    type Output = Cents;

    fn add(self, other: Cents) -> Cents {
        Cents(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// What stands for a card: nobody here ever sees its number.
#[derive(Clone, Debug)]
pub(crate) struct Card(pub(crate) String);

/// Where the books go.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Address {
    pub(crate) street: String,
    pub(crate) city: String,
    pub(crate) postcode: String,
    pub(crate) country: String,
}

/// Why something is not part of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OrderError {
    #[error("the order number is not of the form W-123456")]
    OrderId,
    #[error("the ISBN does not have 13 digits, or its check digit is wrong")]
    Isbn,
    #[error("the quantity is not between 1 and {max}", max = Quantity::MAX)]
    Quantity,
}
