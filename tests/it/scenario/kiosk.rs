//! A kiosk that orders what it has sold out of.

use rdddy::prelude::*;
use rdddy::process::TheRow;
use serde::{Deserialize, Serialize};

bounded_context!("kiosk");

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deliver {
    #[key]
    pub(crate) paper: String,
    pub(crate) copies: u32,
}

#[derive(Command, Clone, Debug)]
#[command(error = SoldOut)]
pub(crate) struct Buy {
    #[key]
    pub(crate) paper: String,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivered {
    pub(crate) copies: u32,
}

#[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bought {
    pub(crate) paper: String,
    pub(crate) left: u32,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("{paper} is sold out")]
pub(crate) struct SoldOut {
    pub(crate) paper: String,
}

#[derive(Default)]
pub(crate) struct Stand {
    pub(crate) copies: u32,
}

#[aggregate(id = String)]
impl Stand {
    #[handler]
    fn deliver(&self, cmd: Deliver) -> Delivered {
        Delivered { copies: cmd.copies }
    }

    #[handler]
    fn buy(&self, cmd: Buy) -> Result<Bought, SoldOut> {
        match self.copies.checked_sub(1) {
            Some(left) => Ok(Bought { paper: cmd.paper, left }),
            None => Err(SoldOut { paper: cmd.paper }),
        }
    }

    #[apply]
    fn delivered(&mut self, event: &Delivered) {
        self.copies += event.copies;
    }

    #[apply]
    fn bought(&mut self, event: &Bought) {
        self.copies = event.left;
    }
}

/// Orders more of what is gone.
pub(crate) struct OrderMore;

#[policy]
impl OrderMore {
    #[handler]
    fn bought(&self, event: &Bought) -> Option<Deliver> {
        (event.left == 0).then(|| Deliver { paper: event.paper.clone(), copies: 3 })
    }
}

/// Readers, in one row.
#[derive(Default, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Readers {
    pub(crate) served: u32,
}

#[derive(Query, Clone, Debug, Serialize, Deserialize)]
#[query(reply = Readers)]
pub(crate) struct HowMany {}

#[projection]
impl Readers {
    #[handler]
    fn bought(&mut self, _: &Bought) {
        self.served += 1;
    }

    #[handler]
    async fn how_many(rows: &Rows<Self>, _: HowMany) -> Result<Readers, RowsError> {
        Ok(rows.get(&TheRow).await?.unwrap_or_default())
    }
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(ui)]
pub(crate) struct PaperTaken {}

/// What a reader sees of one paper.
#[derive(Clone)]
pub(crate) struct Counter {
    pub(crate) paper: &'static str,
}

#[view]
impl Counter {
    #[render]
    async fn render(&self, cx: &ViewContext<'_>) -> rdddy::Result<String> {
        let readers = cx.query(HowMany {}).await?;
        Ok(format!("{}: {} served", self.paper, readers.served))
    }

    #[handler]
    fn taken(&self, _: &PaperTaken) -> Buy {
        Buy { paper: self.paper.to_owned() }
    }
}
