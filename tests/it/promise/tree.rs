//! The supervision tree, to be looked at and printed.

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("tree");

#[derive(Command, Debug)]
struct Trip;

#[derive(Default)]
struct Stock;

#[actor]
impl Stock {
    #[handler]
    fn trip(&mut self, _: Trip) {
        panic!("tripped");
    }
}

struct Shop;

#[actor(strategy = rest_for_one)]
impl Shop {
    #[on_start]
    async fn open(&mut self, cx: &mut Context<Self>) -> rdddy::Result<()> {
        cx.spawn(Props::new(Stock::default).named("stock")).await?;
        cx.spawn(Props::new(Stock::default)).await?;
        Ok(())
    }
}

#[rdddy_testkit::test]
async fn a_tree_shows_who_supervises_whom_and_how(world: &mut World) {
    world.system().spawn_named("shop", Shop).await.unwrap();
    world.spawn(Stock).await;
    let stock = world.system().lookup::<Stock>("stock").unwrap();
    stock.tell(Trip).await.unwrap();
    world.settle().await;
    assert_eq!(stock.path().as_str(), "/shop/stock");
    let expected = "\
/
├─ shop (Shop), rest for one
│  ├─ stock (Stock), life 2
│  └─ Stock#3, life 2
└─ Stock#4
";
    let drawn: Vec<_> =
        world.tree().to_string().lines().map(str::trim_end).map(String::from).collect();
    assert_eq!(drawn, expected.lines().collect::<Vec<_>>());
}

#[rdddy_testkit::test]
async fn a_tree_shows_what_waits(world: &mut World) {
    let stock = world.spawn(Stock).await;
    stock.try_tell(Trip).unwrap();
    stock.try_tell(Trip).unwrap();
    let tree = world.tree();
    assert_eq!(tree.roots[0].waiting, 2);
    assert!(tree.to_string().contains("Stock#1, 2 waiting"), "{tree}");
}

#[rdddy_testkit::test]
async fn the_actors_are_listed_in_the_order_of_their_start(world: &mut World) {
    world.spawn(Shop).await;
    let first = world.spawn(Stock).await;
    first.stop();
    first.stopped().await;
    world.spawn(Stock).await;
    let names: Vec<_> =
        world.system().actors().iter().map(|actor| actor.path().to_string()).collect();
    assert_eq!(names, ["/Shop#1", "/Shop#1/stock", "/Shop#1/Stock#3", "/Stock#5"]);
}
