//! Telling the system what has happened to an aggregate, in the order in which it happened.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::entry::Entry;
use crate::domain::{Aggregate, AggregateEvent, EventVisitor};
use crate::message::{Event, Metadata};
use crate::runtime::System;

/// Publishes what is due, unless somebody else is about to.
pub(crate) async fn publish_due<A: Aggregate>(system: &Arc<System>, entry: &Entry<A>) {
    while let Some(events) = entry.due() {
        let busy = Busy(entry);
        for (event, metadata) in events {
            event.visit(Publish { system, metadata }).await;
        }
        drop(busy);
    }
}

/// Lets others publish again, also when this task is dropped.
struct Busy<'a, A: Aggregate>(&'a Entry<A>);

impl<A: Aggregate> Drop for Busy<'_, A> {
    fn drop(&mut self) {
        self.0.published();
    }
}

struct Publish<'a> {
    system: &'a Arc<System>,
    metadata: Arc<Metadata>,
}

impl<'a> EventVisitor for Publish<'a> {
    type Output = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

    fn visit<E: Event>(self, event: &Arc<E>) -> Self::Output {
        let event = Arc::clone(event);
        Box::pin(self.system.publish_shared(event, Some(self.metadata)))
    }
}
