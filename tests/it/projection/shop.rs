//! A till that sells books, and what its events say.

use std::collections::BTreeMap;

use rdddy::message::{MessageId, Metadata, Timestamp};
use rdddy::prelude::*;
use rdddy::store::{
    Append, EventQuery, EventStore, Expected, MemoryStore, NewEvent, Position, StreamName, Tag,
};
use serde::{Deserialize, Serialize};

#[derive(Command, Clone, Debug)]
pub(crate) struct Sell {
    #[key]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Command, Clone, Debug)]
pub(crate) struct TakeBack {
    #[key]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BookSold {
    #[tag]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BookReturned {
    #[tag]
    pub(crate) isbn: String,
    pub(crate) copies: u32,
}

#[derive(Default, Clone, Debug)]
pub(crate) struct Till;

#[aggregate(id = String)]
impl Till {
    #[handler]
    fn sell(&self, sell: Sell) -> BookSold {
        BookSold { isbn: sell.isbn, copies: sell.copies }
    }

    #[handler]
    fn take_back(&self, back: TakeBack) -> BookReturned {
        BookReturned { isbn: back.isbn, copies: back.copies }
    }

    #[apply]
    fn sold(&mut self, _: &BookSold) {}

    #[apply]
    fn returned(&mut self, _: &BookReturned) {}
}

pub(crate) fn sell(isbn: &str, copies: u32) -> Sell {
    Sell { isbn: isbn.into(), copies }
}

pub(crate) fn take_back(isbn: &str, copies: u32) -> TakeBack {
    TakeBack { isbn: isbn.into(), copies }
}

#[derive(Query)]
#[query(reply = Vec<String>)]
pub(crate) struct BestSellers {
    pub(crate) copies: i64,
}

/// What was sold of a book.
#[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sales {
    pub(crate) copies: i64,
    pub(crate) events: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("nobody buys {0} copies")]
pub(crate) struct TooMany(u32);

/// More copies than anybody buys.
pub(crate) const TOO_MANY: u32 = 1000;
/// What panics.
pub(crate) const UNLUCKY: u32 = 13;

#[projection(key = isbn: String)]
impl Sales {
    #[handler]
    fn sold(&mut self, event: &BookSold) -> Result<(), TooMany> {
        // It changes the row before it fails, which must leave no trace.
        self.copies += i64::from(event.copies);
        self.events += 1;
        assert!(event.copies != UNLUCKY, "unlucky");
        if event.copies >= TOO_MANY { Err(TooMany(event.copies)) } else { Ok(()) }
    }

    #[handler]
    fn returned(&mut self, event: &BookReturned, cx: &Projected<'_>) -> Row {
        assert_eq!((cx.key(), cx.aggregate_key()), (&*event.isbn, &*event.isbn));
        self.copies -= i64::from(event.copies);
        self.events += 1;
        if self.copies == 0 { Row::Remove } else { Row::Keep }
    }

    #[handler]
    async fn best(rows: &Rows<Self>, query: BestSellers) -> Result<Vec<String>, RowsError> {
        let mut rows = rows.all().await?;
        rows.retain(|(_, row)| row.copies >= query.copies);
        rows.sort_by_key(|(_, row)| -row.copies);
        Ok(rows.into_iter().map(|(isbn, _)| isbn).collect())
    }
}

pub(crate) type AllRows = BTreeMap<String, Sales>;

/// What the rows should be: the events of the store, folded by hand.
pub(crate) async fn folded(store: &MemoryStore) -> AllRows {
    let mut rows = AllRows::new();
    let (store, mut after) = (store.reopen(), Position::START);
    loop {
        let page = store.read(&EventQuery::all(), &after, 1000).await.unwrap();
        for stored in page.events {
            let event: serde_json::Value = serde_json::from_slice(&stored.event.data).unwrap();
            let copies = event["copies"].as_i64().unwrap();
            let sold = stored.event.name.ends_with("BookSold");
            for tag in &stored.event.tags {
                let row = rows.entry(tag.value().to_owned()).or_default();
                row.events += 1;
                row.copies += if sold { copies } else { -copies };
                if !sold && row.copies == 0 {
                    rows.remove(tag.value());
                }
            }
        }
        after = page.reached;
        if page.at_head {
            return rows;
        }
    }
}

/// The rows of `P`, once they have come as far as the store.
pub(crate) async fn rows<P: Projection<Key = String>>(
    system: &ActorSystem,
    store: &MemoryStore,
) -> BTreeMap<String, P> {
    let sales = system.projection::<P>().unwrap();
    let head = store.reopen().head().await.unwrap();
    assert!(sales.wait_for(&head).await);
    sales.all().await.unwrap().into_iter().collect()
}

/// Stores an event as somebody else might have.
pub(crate) async fn store_raw(store: &MemoryStore, id: u128, isbns: &[&str], json: &str) {
    let name = <BookSold as rdddy::message::Message>::name();
    let event = NewEvent {
        id: MessageId(id),
        name: name.into(),
        schema: 1,
        data: json.as_bytes().to_vec(),
        tags: isbns.iter().map(|isbn| Tag::new("isbn", isbn).unwrap()).collect(),
        metadata: Metadata::first(MessageId(id), Timestamp::default()),
    };
    let stream = StreamName::new("raw", "raw").unwrap();
    let append = Append::new(Timestamp::default()).to(stream, Expected::Any, vec![event]);
    store.reopen().append(append).await.unwrap();
}
