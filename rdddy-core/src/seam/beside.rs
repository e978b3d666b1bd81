//! Futures at the same time, on the task that waits for them.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// What comes of both. `side` is polled first, so that what it asks for is under way while `main`
/// works.
pub(crate) async fn beside<M, S>(
    main: impl Future<Output = M>,
    side: impl Future<Output = S>,
) -> (M, S) {
    let (mut main, mut side) = (pin!(main), pin!(side));
    let (mut of_main, mut of_side) = (None, None);
    poll_fn(|cx| {
        if of_side.is_none()
            && let Poll::Ready(output) = side.as_mut().poll(cx)
        {
            of_side = Some(output);
        }
        if of_main.is_none()
            && let Poll::Ready(output) = main.as_mut().poll(cx)
        {
            of_main = Some(output);
        }
        match (of_main.take(), of_side.take()) {
            (Some(main), Some(side)) => Poll::Ready((main, side)),
            (main, side) => {
                (of_main, of_side) = (main, side);
                Poll::Pending
            }
        }
    })
    .await
}

/// Does the same with each of `items`, with at most `width` of them at a time; what comes of them is
/// taken as it comes.
pub(crate) async fn side_by_side<I, F: Future>(
    items: impl IntoIterator<Item = I>,
    width: usize,
    work: impl Fn(I) -> F,
    mut take: impl FnMut(F::Output),
) {
    let mut waiting = items.into_iter();
    let mut running: Vec<Pin<Box<F>>> = Vec::new();
    poll_fn(|cx| {
        loop {
            let free = width.saturating_sub(running.len());
            running.extend(waiting.by_ref().take(free).map(|item| Box::pin(work(item))));
            let before = running.len();
            running.retain_mut(|one| match one.as_mut().poll(cx) {
                Poll::Ready(output) => {
                    take(output);
                    false
                }
                Poll::Pending => true,
            });
            if before == 0 {
                return Poll::Ready(());
            }
            // What ended makes room for others, which must be polled once.
            if running.len() == before {
                return Poll::Pending;
            }
        }
    })
    .await;
}

/// Waits for the first of them.
pub(crate) async fn first(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| {
        if one.as_mut().poll(cx).is_ready() { Poll::Ready(()) } else { other.as_mut().poll(cx) }
    })
    .await;
}
