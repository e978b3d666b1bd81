//! What each customer has ordered, and paid: a read model without names.

use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

use super::order::{OrderAccepted, OrderPlaced, OrderRefused, OrderReturned};
use super::values::{Cents, CustomerId};

/// The customers who have spent the most, so many of them.
#[derive(Query)]
#[query(reply = Vec<(CustomerId, CustomerHistory)>)]
pub(crate) struct BestCustomers(pub(crate) usize);

/// One row for each customer.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct CustomerHistory {
    pub(crate) orders: u32,
    pub(crate) refused: u32,
    pub(crate) returned: u32,
    pub(crate) spent: Cents,
}

#[projection(key = customer: CustomerId)]
impl CustomerHistory {
    #[handler]
    fn placed(&mut self, _: &OrderPlaced) {
        self.orders += 1;
    }

    #[handler]
    fn accepted(&mut self, event: &OrderAccepted) {
        self.spent = self.spent + event.total;
    }

    #[handler]
    fn refused(&mut self, _: &OrderRefused) {
        self.refused += 1;
    }

    #[handler]
    fn returned(&mut self, event: &OrderReturned) {
        self.returned += 1;
        self.spent = self.spent - event.total;
    }

    #[handler]
    async fn best(
        rows: &Rows<Self>,
        query: BestCustomers,
    ) -> Result<Vec<(CustomerId, CustomerHistory)>, RowsError> {
        let mut all = rows.all().await?;
        all.sort_by_key(|(customer, history)| (std::cmp::Reverse(history.spent), *customer));
        all.truncate(query.0);
        Ok(all)
    }
}
