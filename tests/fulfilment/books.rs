//! What has become of all orders.

use std::collections::{BTreeMap, BTreeSet};

use rdddy::host::{DecisionModel, Fold};
use rdddy::store::{EventQuery, EventStore, Position};
use rdddy_testkit::Durable;

use crate::bookstore::mail::ConfirmationSent;
use crate::bookstore::order::{OrderPlaced, OrderRefused, OrderReturned, OrderShipped};
use crate::bookstore::payment::{PaymentRefunded, PaymentTaken};
use crate::bookstore::shelf::{StockDelivered, StockReleased, StockReserved};
use crate::bookstore::values::{Cents, OrderId};

/// What has become of the orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Books {
    pub(crate) placed: BTreeSet<OrderId>,
    pub(crate) reserved: BTreeSet<OrderId>,
    pub(crate) ends: BTreeMap<OrderId, &'static str>,
    pub(crate) paid: BTreeMap<OrderId, Cents>,
    /// Paid when the order was over: to be given back at once.
    pub(crate) unearned: BTreeSet<OrderId>,
    pub(crate) refunded: BTreeSet<OrderId>,
    pub(crate) confirmed: BTreeSet<OrderId>,
    pub(crate) delivered: u32,
    pub(crate) held: BTreeMap<OrderId, u32>,
}

impl Books {
    fn end(&mut self, order: OrderId, end: &'static str) {
        assert_eq!(self.ends.insert(order, end), None, "{order} ends twice");
    }

    /// Reads what is stored, and demands at every event what must hold at all times.
    pub(crate) async fn read(shop: &Durable) -> Books {
        let fold = Fold::new(Books::default())
            .on(|books, event: &OrderPlaced| assert!(books.placed.insert(event.order)))
            .on(|books, event: &StockDelivered| books.delivered += event.copies)
            .on(|books, event: &StockReserved| {
                assert!(books.reserved.insert(event.order), "reserved twice");
                books.held.insert(event.order, event.copies);
            })
            .on(|books, event: &StockReleased| {
                assert_eq!(books.held.remove(&event.order), Some(event.copies));
            })
            .on(|books, event: &PaymentTaken| {
                let over = books.ends.contains_key(&event.order);
                assert!(over || books.held.contains_key(&event.order), "charged without books");
                assert_eq!(books.paid.insert(event.order, event.amount), None, "charged twice");
                if over {
                    books.unearned.insert(event.order);
                }
            })
            .on(|books, event: &PaymentRefunded| {
                assert_eq!(books.paid.remove(&event.order), Some(event.amount));
                books.unearned.remove(&event.order);
                books.refunded.insert(event.order);
            })
            .on(|books, event: &OrderShipped| {
                assert!(books.paid.contains_key(&event.order), "shipped without charge");
                books.end(event.order, "shipped");
            })
            .on(|books, event: &OrderReturned| books.end(event.order, "returned"))
            .on(|books, event: &OrderRefused| books.end(event.order, "refused"))
            .on(|books, event: &ConfirmationSent| {
                assert_eq!(books.ends.get(&event.order), Some(&"shipped"));
                assert!(books.confirmed.insert(event.order), "confirmed twice");
            });
        let (mut books, store, mut after) = (fold.begin(), shop.disk(), Position::START);
        loop {
            let page = store.read(&EventQuery::all(), &after, 1000).await.unwrap();
            for stored in &page.events {
                fold.apply(&mut books, stored).unwrap();
            }
            if page.at_head {
                assert!(books.unearned.is_empty(), "{books:?}");
                return books;
            }
            after = page.reached;
        }
    }
}
