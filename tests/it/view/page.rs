//! Pages of a small shop, over the till of the projections' tests.

use rdddy::prelude::*;
use rdddy::process::TheRow;
use serde::{Deserialize, Serialize};

use crate::projection::shop::{BookReturned, BookSold, Sell, TakeBack};

/// Copies that were sold, by book.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Sold(pub(crate) u32);

#[projection(key = isbn: String)]
impl Sold {
    #[handler]
    fn sold(&mut self, event: &BookSold) {
        self.0 += event.copies;
    }
}

#[derive(Query)]
#[query(reply = u32)]
pub(crate) struct HowManyReturned;

/// Copies that came back, in one row, folded whenever it is asked for.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Returns(u32);

#[projection(mode = live)]
impl Returns {
    #[handler]
    fn returned(&mut self, event: &BookReturned) {
        self.0 += event.copies;
    }

    #[handler]
    async fn how_many(rows: &Rows<Self>, _: HowManyReturned) -> Result<u32, RowsError> {
        Ok(rows.get(&TheRow).await?.unwrap_or_default().0)
    }
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(ui)]
pub(crate) struct BuyClicked {
    pub(crate) copies: u32,
}

#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
pub(crate) struct SwapClicked {}

#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
pub(crate) struct Shaken {}

/// What has been sold of one book.
pub(crate) struct SoldPage(pub(crate) &'static str);

#[view]
impl SoldPage {
    #[render]
    async fn render(&self, cx: &ViewContext<'_>) -> rdddy::Result<u32> {
        let sold = cx.projection::<Sold>().await?.get(&self.0.to_owned()).await?;
        match sold.unwrap_or_default().0 {
            13 => Err("unlucky".into()),
            sold => {
                assert!(sold < 1000, "too many");
                Ok(sold)
            }
        }
    }

    #[handler]
    fn buy(&self, event: &BuyClicked) -> Sell {
        Sell { isbn: self.0.to_owned(), copies: event.copies }
    }

    #[handler]
    fn swap(&self, _: &SwapClicked) -> (TakeBack, Sell) {
        let isbn = self.0.to_owned();
        (TakeBack { isbn: isbn.clone(), copies: 1 }, Sell { isbn, copies: 1 })
    }

    #[handler]
    fn shaken(&self, _: &Shaken) -> Option<Sell> {
        assert!(self.0 != "emma", "she does not like that");
        None
    }
}

/// What has come back.
pub(crate) struct ReturnsPage;

#[view]
impl ReturnsPage {
    #[render]
    async fn render(&self, cx: &ViewContext<'_>) -> rdddy::Result<String> {
        Ok(format!("{} came back", cx.query(HowManyReturned).await?))
    }
}
