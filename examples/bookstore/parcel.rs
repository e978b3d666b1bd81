//! Parcels get their labels.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::messages::PrintLabel;
use super::order::OrderAccepted;
use super::shipping::Shipping;
use super::values::OrderId;

/// The label is on the parcel, or does not fit.
#[derive(Debug, Deserialize, Event, Serialize)]
pub(crate) struct LabelPrinted {
    #[tag]
    pub(crate) order: OrderId,
    pub(crate) fits: bool,
}

/// Has labels printed by the shipping department.
pub(crate) struct PrintLabels;

#[task(timeout = "500ms", retry(max = 100, backoff = "1ms..8ms"), concurrency = 16)]
impl PrintLabels {
    #[handler]
    async fn print(
        &self,
        event: &OrderAccepted,
        cx: &TaskContext<'_>,
    ) -> rdddy::Result<LabelPrinted> {
        let (name, address) = (event.name.clone(), event.address.clone());
        let shipping = cx.system().lookup::<Shipping>("shipping")?;
        let fits = match shipping.ask(PrintLabel { name, address }).await {
            Ok(()) => true,
            Err(AskError::Refused(_)) => false,
            Err(error) => return Err(error.into()),
        };
        Ok(LabelPrinted { order: event.order, fits })
    }
}
