//! Two futures at the same time, on the task that waits for them.

use std::future::{Future, poll_fn};
use std::pin::pin;
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

/// Waits for the first of them.
pub(crate) async fn first(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| {
        if one.as_mut().poll(cx).is_ready() { Poll::Ready(()) } else { other.as_mut().poll(cx) }
    })
    .await;
}
