//! Many schedules of many orders.

use std::collections::BTreeMap;
use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::TaskError;
use rdddy_testkit::{Durable, World};

use crate::books::Books;
use crate::bookstore::card::ChargeCards;
use crate::bookstore::cashier::Cashier;
use crate::bookstore::customers::CustomerHistory;
use crate::bookstore::order::PlaceOrder;
use crate::bookstore::sales::BookSales;
use crate::bookstore::terminal::Display;
use crate::bookstore::values::{Cents, OrderId};
use crate::shop::{card, delivery, open, order};

/// A day with orders of every kind for one book, of which there are too few.
async fn day(shop: &mut Durable) -> Books {
    shop.execute(delivery(12)).await.unwrap();
    let orders = [
        order(1, 5, card(Display::Approved)),
        order(2, 2, card(Display::InsufficientFunds)),
        order(3, 1, card(Display::NoLine)),
        order(4, 100, card(Display::Approved)),
        // Its label is too narrow.
        order(5, 3, card(Display::Approved)),
        PlaceOrder { price: Cents(1), ..order(6, 1, card(Display::Approved)) },
    ];
    for order in orders {
        shop.execute(order).await.unwrap();
    }
    shop.advance(Duration::from_secs(3600)).await;
    let books = Books::read(shop).await;
    let ends: Vec<_> = books.ends.values().copied().collect();
    assert_eq!(ends, ["shipped", "refused", "refused", "refused", "returned", "refused"]);
    assert_eq!(books.placed, books.ends.keys().copied().collect());
    let sold = [OrderId::new(1)];
    assert!(books.paid.keys().eq(&sold) && books.held.keys().eq(&sold), "{books:?}");
    assert!(books.confirmed.iter().eq(&sold), "{books:?}");

    // The read models agree.
    let (sales, customers) = shop
        .ask(async |system| {
            let sales = system.projection::<BookSales>().unwrap().all().await?;
            let customers = system.projection::<CustomerHistory>().unwrap().all().await?;
            Ok::<_, RowsError>((sales, customers))
        })
        .await
        .unwrap();
    let [(_, sales)] = sales[..] else { panic!("{sales:?}") };
    assert_eq!((sales.left, sales.sold), (7, 5));
    assert_eq!(customers.iter().map(|(_, history)| history.orders).sum::<u32>(), 6);
    let spent = customers.iter().fold(Cents(0), |spent, (_, history)| spent + history.spent);
    assert_eq!(spent, books.paid[&sold[0]]);
    books
}

#[rdddy_testkit::explore(seeds = 200)]
async fn every_order_has_one_end_whatever_happens_first(world: &mut World) {
    day(&mut open(world, || true).crashes(2)).await;
}

#[rdddy_testkit::explore(seeds = 10_000)]
#[ignore = "takes some minutes: cargo xtask test"]
async fn every_order_has_one_end_in_ten_thousand_schedules(world: &mut World) {
    day(&mut open(world, || true).crashes(3)).await;
}

/// Nobody knows whether the bank has paid. It has, and says so when nobody waits for it any more.
#[rdddy_testkit::explore(seeds = 100)]
async fn a_payment_that_comes_too_late_is_given_back(world: &mut World) {
    let mut shop = open(world, || false).crashes(2);
    shop.execute(delivery(3)).await.unwrap();
    shop.execute(order(1, 2, card(Display::Approved))).await.unwrap();
    shop.advance(Duration::from_secs(14 * 60)).await;
    assert_eq!(Books::read(&shop).await.ends, BTreeMap::new());
    shop.advance(Duration::from_secs(2 * 60)).await;
    let books = Books::read(&shop).await;
    assert_eq!(books.ends, BTreeMap::from([(OrderId::new(1), "refused")]));
    assert!(books.held.is_empty(), "{books:?}");

    let cashier = shop.system().spawn_named("cashier", Props::new(Cashier::connect)).await;
    cashier.unwrap();
    let failed = shop
        .ask(async |system| {
            let card = system.task::<ChargeCards>().unwrap();
            let failed = card.failed().await?;
            for failed in &failed {
                card.retry(failed.event).await?;
            }
            Ok::<_, TaskError>(failed.len())
        })
        .await;
    // A life that died may have had it done again.
    assert!(failed.unwrap() <= 1);
    shop.advance(Duration::from_secs(60)).await;
    let books = Books::read(&shop).await;
    assert!(books.paid.is_empty() && books.ends.len() == 1, "{books:?}");
    assert!(books.refunded.contains(&OrderId::new(1)), "{books:?}");
}
