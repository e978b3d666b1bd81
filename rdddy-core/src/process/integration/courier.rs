//! An outbox as a reader of events.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::CloudEvent;
use super::inbox::CATEGORY;
use super::outlet::{Outlet, OutletError};
use crate::host::with_causes;
use crate::limits;
use crate::process::follow::{Delivery, Handled, Handling, Reader, by_key};
use crate::process::{Begin, Retry};
use crate::runtime::System;
use crate::store::{EventQuery, QueryItem, StoredEvent};

/// Hands stored events to an outlet.
pub(super) struct Courier<O> {
    pub(super) name: &'static str,
    pub(super) source: Arc<str>,
    pub(super) outlet: O,
    /// The present name of each event that is sent, by all names it was stored under.
    pub(super) names: BTreeMap<&'static str, &'static str>,
    pub(super) query: EventQuery,
    pub(super) begin: Begin,
}

impl<O: Outlet> Courier<O> {
    pub(super) fn new(
        name: &'static str,
        source: Arc<str>,
        outlet: O,
        names: BTreeMap<&'static str, &'static str>,
        begin: Begin,
    ) -> Self {
        let item = QueryItem::named(names.keys().copied().map(Arc::<str>::from));
        Courier { name, source, outlet, names, query: EventQuery::all().or(item), begin }
    }

    async fn deliver(&self, system: &Arc<System>, stored: &StoredEvent) -> Result<(), String> {
        // What has come from others is not sent back to them.
        if stored.stream.category() == CATEGORY {
            return Ok(());
        }
        let name = self.names.get(&*stored.event.name).copied().unwrap_or(&stored.event.name);
        let event = CloudEvent::of(stored, name, &self.source)
            .map_err(|error| format!("its data is not JSON: {error}"))?;
        let mut attempt = 0;
        loop {
            let error = match self.outlet.deliver(&event).await {
                Ok(()) => return Ok(()),
                Err(error @ OutletError::Rejected(_)) => return Err(with_causes(&error)),
                Err(error) => with_causes(&error),
            };
            attempt += 1;
            if attempt == limits::OUTLET_ATTEMPTS || system.has_ended() {
                return Err(format!("tried {attempt} times: {error}"));
            }
            system.seam().sleep(Retry::DEFAULT.pause(system, attempt)).await;
        }
    }
}

impl<O: Outlet> Reader for Courier<O> {
    fn name(&self) -> &str {
        self.name
    }

    fn query(&self) -> &EventQuery {
        &self.query
    }

    fn begins_at_head(&self) -> Option<&str> {
        (self.begin == Begin::Head).then_some(self.name)
    }

    /// Events of one stream stay in order.
    fn keys(&self, event: &StoredEvent) -> Vec<Arc<str>> {
        vec![event.stream.to_string().into()]
    }

    fn handle<'a>(&'a self, system: &'a Arc<System>, deliveries: Vec<Delivery>) -> Handling<'a> {
        Box::pin(async move {
            let failed = by_key(deliveries, limits::FOLLOW_WIDTH, |delivery| async move {
                self.deliver(system, &delivery.event).await
            });
            Ok(Handled { writes: Vec::new(), failed: failed.await })
        })
    }
}
