//! Deliveries of many keys side by side, those of one key in order.

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::follower::Delivery;

type Chain<'a> = Pin<Box<dyn Future<Output = Option<(Delivery, String)>> + Send + 'a>>;

/// Handles the deliveries: of one key after the other, of at most `width` keys at a time. Each key ends
/// at its first failure; the failures are returned.
pub(crate) async fn by_key<'a, F>(
    deliveries: Vec<Delivery>,
    width: usize,
    handle: impl Fn(Delivery) -> F + Send + Sync + 'a,
) -> Vec<(Delivery, String)>
where
    F: Future<Output = Result<(), String>> + Send + 'a,
{
    let mut by_key: BTreeMap<Arc<str>, Vec<Delivery>> = BTreeMap::new();
    for delivery in deliveries {
        by_key.entry(Arc::clone(&delivery.key)).or_default().push(delivery);
    }
    let handle = Arc::new(handle);
    let mut waiting: VecDeque<Vec<Delivery>> = by_key.into_values().collect();
    let mut running: Vec<Chain<'a>> = Vec::new();
    let mut failed = Vec::new();
    poll_fn(move |cx| {
        loop {
            while running.len() < width.max(1)
                && let Some(chain) = waiting.pop_front()
            {
                let handle = Arc::clone(&handle);
                running.push(Box::pin(async move {
                    for delivery in chain {
                        if let Err(error) = handle(delivery.clone()).await {
                            return Some((delivery, error));
                        }
                    }
                    None
                }));
            }
            let before = running.len();
            running.retain_mut(|chain| match chain.as_mut().poll(cx) {
                Poll::Ready(end) => {
                    failed.extend(end);
                    false
                }
                Poll::Pending => true,
            });
            if running.is_empty() && waiting.is_empty() {
                return Poll::Ready(std::mem::take(&mut failed));
            }
            if running.len() == before || waiting.is_empty() {
                return Poll::Pending;
            }
        }
    })
    .await
}
