//! Lines of a file become orders. What comes from outside is checked here, and nowhere else.

use std::io::{self, BufRead, Read};

use rdddy::domain::Invalid;

use super::ticket::Ticket;
use super::values::{Address, Card, Cents, CustomerName, Isbn, OrderId, Quantity, Slip};

/// No line of an order is longer than this; of one that is, no more is read into memory.
const LINE_MAX: usize = 4096;

/// The lines of a file, with their numbers, as orders.
pub(crate) struct Intake<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Intake<R> {
    pub(crate) fn new(input: R) -> Self {
        Intake { input, number: 0 }
    }

    /// The next line without its end; `None` at the end of the file.
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, BadLine>>> {
        let mut line = Vec::new();
        let most = LINE_MAX as u64 + 1;
        if self.input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > LINE_MAX {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Err(BadLine::TooLong)));
        }
        Ok(Some(Ok(line)))
    }
}

impl<R: BufRead> Iterator for Intake<R> {
    type Item = io::Result<(u64, Result<Slip, BadLine>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.next_line().transpose()?;
        self.number += 1;
        Some(line.map(|line| (self.number, line.and_then(|line| parse(self.number, &line)))))
    }
}

/// An order as it is written down.
#[derive(serde::Deserialize)]
struct OrderForm {
    order: String,
    customer: String,
    isbn: String,
    quantity: u32,
    price_cents: u32,
    card: String,
    address: AddressForm,
}

#[derive(serde::Deserialize)]
struct AddressForm {
    street: String,
    city: String,
    postcode: String,
    country: String,
}

/// Why a line is no order.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadLine {
    #[error("empty")]
    Empty,
    #[error("longer than {LINE_MAX} bytes")]
    TooLong,
    #[error("not JSON")]
    Syntax(#[source] serde_json::Error),
    #[error("a field is missing or of the wrong type")]
    Shape(#[source] serde_json::Error),
    #[error("the order number is not of the form W-123456")]
    OrderNumber,
    #[error("{0}")]
    Value(&'static str),
}

impl<V> From<Invalid<V>> for BadLine {
    fn from(invalid: Invalid<V>) -> Self {
        BadLine::Value(invalid.message())
    }
}

fn parse(number: u64, line: &[u8]) -> Result<Slip, BadLine> {
    if line.trim_ascii().is_empty() {
        return Err(BadLine::Empty);
    }
    let form: OrderForm = serde_json::from_slice(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => BadLine::Shape(error),
        _ => BadLine::Syntax(error),
    })?;
    let AddressForm { street, city, postcode, country } = form.address;
    Ok(Slip {
        ticket: Ticket::of(number, line),
        order: order_number(&form.order).ok_or(BadLine::OrderNumber)?,
        customer: CustomerName::new(form.customer)?,
        // What is no number is no ISBN either.
        isbn: Isbn::new(form.isbn.replace('-', "").parse().unwrap_or_default())?,
        quantity: Quantity::new(form.quantity)?,
        price: Cents(form.price_cents.into()),
        card: Card::new(form.card)?,
        address: Address::new(street, city, postcode, country)?,
    })
}

fn order_number(text: &str) -> Option<OrderId> {
    let digits = text.strip_prefix("W-").filter(|digits| digits.len() == 6)?;
    digits.parse().ok().map(OrderId::new)
}
