//! A shop that tells a warehouse what it has sold.

use std::sync::{Arc, Mutex};

use rdddy::prelude::*;
use rdddy::process::{CloudEvent, Delivering, Outbox, Outlet, OutletError};
use rdddy::store::{EventQuery, EventStore, MemoryStore, Position};
use serde::{Deserialize, Serialize};

#[derive(Command, Clone, Debug)]
pub(crate) struct Sell {
    #[key]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(integration)]
pub(crate) struct CopiesSold {
    #[tag]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TillOpened {
    pub(crate) isbn: String,
}

#[derive(Default)]
pub(crate) struct Till {
    open: bool,
}

#[aggregate(id = String)]
impl Till {
    #[handler]
    fn sell(&self, sell: Sell) -> Decided<Self, ()> {
        let Sell { isbn, copies } = sell;
        let sold = CopiesSold { isbn: isbn.clone(), copies };
        if self.open {
            return Decided::event(sold);
        }
        Decided::event(TillOpened { isbn }).and(sold)
    }

    #[apply]
    fn opened(&mut self, _: &TillOpened) {
        self.open = true;
    }

    #[apply]
    fn sold(&mut self, _: &CopiesSold) {}
}

pub(crate) fn sell(isbn: &str, copies: u32) -> Sell {
    Sell { isbn: isbn.to_owned(), copies }
}

/// What was handed over, and what goes wrong with it.
#[derive(Clone, Default)]
pub(crate) struct Post {
    pub(crate) delivered: Arc<Mutex<Vec<CloudEvent>>>,
    /// Copies that are not taken, now or ever.
    pub(crate) busy: Arc<Mutex<Vec<u32>>>,
    pub(crate) refused: Arc<Mutex<Vec<u32>>>,
}

impl Outlet for Post {
    fn deliver<'a>(&'a self, event: &'a CloudEvent) -> Delivering<'a> {
        Box::pin(async move {
            let copies = event.data.as_ref().unwrap()["copies"].as_u64().unwrap();
            let is_in = |list: &Mutex<Vec<u32>>| {
                let mut list = list.lock().unwrap();
                let at = list.iter().position(|one| u64::from(*one) == copies);
                at.map(|at| list.remove(at)).is_some()
            };
            if is_in(&self.busy) {
                return Err(OutletError::Unavailable("the line is busy".into()));
            }
            if self.refused.lock().unwrap().iter().any(|one| u64::from(*one) == copies) {
                return Err(OutletError::Rejected("too many".into()));
            }
            self.delivered.lock().unwrap().push(event.clone());
            Ok(())
        })
    }
}

impl Post {
    /// The copies that were handed over, of one book.
    pub(crate) fn of(&self, isbn: &str) -> Vec<u64> {
        let delivered = self.delivered.lock().unwrap();
        let data = delivered.iter().filter_map(|event| event.data.as_ref());
        data.filter(|data| data["isbn"] == isbn)
            .filter_map(|data| data["copies"].as_u64())
            .collect()
    }
}

pub(crate) fn outbox(post: Post) -> Outbox<Post> {
    Outbox::new("shop.Warehouse", "https://shop.example/sales", post).sends::<CopiesSold>()
}

/// What is stored of sales, in order.
pub(crate) async fn sold(store: &MemoryStore) -> Vec<CopiesSold> {
    let page = store.read(&EventQuery::all(), &Position::START, 1000).await.unwrap();
    let sold = page.events.iter().filter(|stored| stored.event.name.ends_with("CopiesSold"));
    sold.map(|stored| serde_json::from_slice(&stored.event.data).unwrap()).collect()
}
