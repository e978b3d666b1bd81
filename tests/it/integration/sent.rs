//! What leaves.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::process::{Begin, Outbox};
use rdddy::store::MemoryStore;
use rdddy_testkit::World;

use super::shop::{Post, TillOpened, outbox, sell};

#[rdddy_testkit::test]
async fn what_is_meant_for_others_leaves_in_order_and_says_where_it_comes_from(world: &mut World) {
    let post = Post::default();
    let sent = outbox(post.clone());
    world.configure(|system| system.store(MemoryStore::new()).outbox(sent));
    let system = world.system().clone();
    let mut last = None;
    for (isbn, copies) in [("emma", 1), ("moby", 2), ("emma", 3)] {
        last = Some(system.execute(sell(isbn, copies)).await.unwrap().position);
    }
    assert!(system.outbox::<Post>().unwrap().wait_for(&last.unwrap()).await);
    assert_eq!((post.of("emma"), post.of("moby")), (vec![1, 3], vec![2]));
    let delivered = post.delivered.lock().unwrap();
    assert_eq!(delivered.len(), 3, "a till that opens is nobody else's concern");
    let first = serde_json::to_value(&delivered[0]).unwrap();
    let text = |name: &str| first[name].as_str().unwrap().to_owned();
    assert_eq!(text("specversion"), "1.0");
    assert_eq!(text("source"), "https://shop.example/sales");
    assert_eq!(text("datacontenttype"), "application/json");
    assert!(text("type").ends_with(".CopiesSold") && text("subject").ends_with(".Till/emma"));
    assert!(text("time").ends_with('Z') && text("id").len() == 32);
    assert_eq!(text("correlationid"), text("causationid"), "the command began it");
    delivered.iter().for_each(|event| event.check().unwrap());
}

#[rdddy_testkit::test]
async fn what_is_not_taken_now_is_sent_again_and_what_never_is_parks_its_stream(world: &mut World) {
    let post = Post::default();
    post.busy.lock().unwrap().extend([2, 2, 2]);
    post.refused.lock().unwrap().push(13);
    let sent = outbox(post.clone());
    world.configure(|system| system.store(MemoryStore::new()).outbox(sent));
    let system = world.system().clone();
    for (isbn, copies) in [("emma", 2), ("emma", 3), ("moby", 13), ("moby", 4), ("kim", 5)] {
        system.execute(sell(isbn, copies)).await.unwrap();
    }
    world.advance(Duration::from_secs(60)).await;
    assert_eq!((post.of("emma"), post.of("moby"), post.of("kim")), (vec![2, 3], vec![], vec![5]));
    let outbox = system.outbox::<Post>().unwrap();
    let parked = outbox.status().parked;
    assert_eq!(parked.len(), 1);
    assert!(parked[0].error.contains("too many"), "{}", parked[0].error);
    assert!(!outbox.resume(&parked[0].key).await);
    post.refused.lock().unwrap().clear();
    assert!(outbox.resume(&parked[0].key).await);
    assert_eq!(post.of("moby"), [13, 4]);
    assert!(outbox.status().parked.is_empty());
}

#[tokio::test]
async fn what_is_not_meant_for_others_is_refused_at_the_start() {
    let of = || ActorSystem::builder().store(MemoryStore::new());
    let private = Outbox::new("shop.Leak", "/shop", Post::default()).sends::<TillOpened>();
    let told = format!("{:?}", of().outbox(private).start().await.unwrap_err());
    assert!(told.contains("TillOpened`, which is not meant for others"), "{told}");
    let empty = Outbox::new("shop.Nothing", "/shop", Post::default());
    let told = format!("{:?}", of().outbox(empty).start().await.unwrap_err());
    assert!(told.contains("`shop.Nothing` sends nothing"), "{told}");
    let system = of().start().await.unwrap();
    assert!(system.outbox::<Post>().is_none() && system.inbox().is_none());
}

#[rdddy_testkit::test]
async fn a_new_outbox_may_leave_the_past_alone(world: &mut World) {
    let mut shop = world.durable(|system| system);
    shop.execute(sell("emma", 1)).await.unwrap();
    let post = Post::default();
    let sent = post.clone();
    let mut shop =
        shop.reborn(move |system| system.outbox(outbox(sent.clone()).begin(Begin::Head)));
    shop.settle().await;
    shop.execute(sell("emma", 2)).await.unwrap();
    shop.advance(Duration::from_secs(1)).await;
    assert_eq!(post.of("emma"), [2]);
}
