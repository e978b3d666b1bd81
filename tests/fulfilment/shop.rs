//! A shop, and who comes to it.

use rdddy::prelude::*;
use rdddy_testkit::{Durable, World};

use crate::bookstore::cashier::Cashier;
use crate::bookstore::catalog::BOOKS;
use crate::bookstore::messages::ChargeCard;
use crate::bookstore::order::PlaceOrder;
use crate::bookstore::processes;
use crate::bookstore::shelf::DeliverStock;
use crate::bookstore::shipping::Shipping;
use crate::bookstore::terminal::{Display, Terminal};
use crate::bookstore::values::{Address, Card, Cents, CustomerName, Isbn, OrderId, Quantity};

/// A card that the terminal treats like this, whenever it has a line.
pub(crate) fn card(wanted: Display) -> Card {
    let order = OrderId::new(0);
    let cards = (0..).map(|nth: u32| Card::new(format!("tok_{nth}")).unwrap());
    let mut treated = cards.filter(|card| {
        let (card, amount) = (card.clone(), Cents(1));
        let shown = (1..20).map(|attempt| {
            let charge = ChargeCard { order, card: card.clone(), amount, attempt };
            Terminal::switch_on().charge(&charge)
        });
        // Now and then the line drops, or nothing is shown, with any card.
        shown.filter(|shown| *shown == wanted).count() > 15
    });
    treated.next().unwrap()
}

pub(crate) fn isbn() -> Isbn {
    BOOKS[0].isbn().unwrap()
}

pub(crate) fn order(number: u64, copies: u32, card: Card) -> PlaceOrder {
    let street = if number == 5 { "x".repeat(40) } else { "1 High Street".to_owned() };
    let address = Address::new(street, "Bree".to_owned(), "1".to_owned(), "ME".to_owned());
    PlaceOrder {
        order: OrderId::new(number),
        customer: CustomerName::new(format!("customer {}", number % 2)).unwrap(),
        isbn: isbn(),
        quantity: Quantity::new(copies).unwrap(),
        price: BOOKS[0].price,
        card,
        address: address.unwrap(),
    }
}

/// A shop whose staff comes to work in each life; the cashier in those that `opens` says.
pub(crate) fn open(world: &mut World, opens: impl Fn() -> bool + 'static) -> Durable {
    world.durable(processes).each_life(move |system| {
        let (system, opens) = (system.clone(), opens());
        system.clone().run(async move {
            // A life may end before.
            let _ = system.spawn_named("shipping", Props::new(|| Shipping)).await;
            if opens {
                let _ = system.spawn_named("cashier", Props::new(Cashier::connect)).await;
            }
        });
    })
}

/// Copies of the book come from the publisher.
pub(crate) fn delivery(copies: u32) -> DeliverStock {
    DeliverStock { isbn: isbn(), copies, price: BOOKS[0].price }
}
