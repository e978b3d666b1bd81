//! Wherever the sender dies, everything is sent, in order; wherever the receiver dies, it is stored once.

use std::collections::BTreeSet;
use std::time::Duration;

use rdddy::process::Inbox;
use rdddy::runtime::SystemBuilder;
use rdddy_testkit::{Durable, World, crash_at_every_step};

use super::shop::{CopiesSold, Post, outbox, sell, sold};

fn selling(post: &Post) -> impl Fn(SystemBuilder) -> SystemBuilder + Clone + 'static {
    let post = post.clone();
    move |system| system.outbox(outbox(post.clone()))
}

/// Sells, and returns what has reached the others, of each book: as somebody sees it who knows again
/// what has come before.
async fn day(shop: &mut Durable, post: &Post) -> [Vec<u64>; 2] {
    post.delivered.lock().unwrap().clear();
    for copies in 1..=3 {
        shop.execute(sell("emma", copies)).await.unwrap();
        shop.execute(sell("moby", copies + 10)).await.unwrap();
    }
    shop.advance(Duration::from_secs(60)).await;
    let mut known = BTreeSet::new();
    let delivered = &mut *post.delivered.lock().unwrap();
    delivered.retain(|event| known.insert(event.id.clone()));
    ["emma", "moby"].map(|isbn| {
        let data = delivered.iter().filter_map(|event| event.data.as_ref());
        let of = data.filter(|data| data["isbn"] == isbn);
        of.filter_map(|data| data["copies"].as_u64()).collect()
    })
}

#[test]
fn everything_is_sent_in_order_wherever_the_shop_dies() {
    let post = Post::default();
    let sent = post.clone();
    crash_at_every_step(selling(&post), async move |shop| {
        let known = day(shop, &sent).await;
        assert_eq!(known, [vec![1, 2, 3], vec![11, 12, 13]]);
        known
    });
}

#[rdddy_testkit::explore(seeds = 100)]
async fn everything_is_sent_in_order_whatever_happens_first(world: &mut World) {
    let post = Post::default();
    let mut shop = world.durable(selling(&post)).crashes(3);
    assert_eq!(day(&mut shop, &post).await, [vec![1, 2, 3], vec![11, 12, 13]]);
}

#[rdddy_testkit::explore(seeds = 100)]
async fn what_comes_again_and_again_is_stored_once_wherever_the_receiver_dies(world: &mut World) {
    let mut warehouse =
        world.durable(|system| system.inbox(Inbox::new().accepts::<CopiesSold>())).crashes(3);
    for id in ["1", "2", "1", "3", "2"] {
        let event = super::taken::of_emma(id);
        let received = warehouse
            .ask(async |system| system.inbox().unwrap().receive(event.clone()).await)
            .await;
        received.unwrap();
    }
    assert_eq!(sold(&warehouse.disk()).await.len(), 3);
}
