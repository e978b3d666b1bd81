//! Behaviour kept from the original.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::runtime::SendToError;
use rdddy_testkit::World;

bounded_context!("kept");

#[derive(Event, Debug)]
struct OrderPlaced(u32);

#[derive(Command, Debug)]
struct Restock(u32);

#[derive(Query, Debug)]
#[query(reply = u32)]
struct InStock;

#[derive(Default)]
struct Shelf {
    stock: u32,
}

#[actor]
impl Shelf {
    #[handler]
    fn placed(&mut self, event: &OrderPlaced) {
        self.stock = self.stock.saturating_sub(event.0);
    }

    #[handler]
    fn restock(&mut self, cmd: Restock) {
        self.stock += cmd.0;
    }

    #[handler]
    fn in_stock(&self, _: InStock) -> u32 {
        self.stock
    }
}

#[rdddy_testkit::test]
async fn a_published_event_reaches_two_actors_of_one_type(world: &mut World) {
    let one = world.spawn(Shelf { stock: 10 }).await;
    let other = world.spawn(Shelf { stock: 20 }).await;
    world.publish(OrderPlaced(3)).await;
    assert_eq!(one.ask(InStock).await.unwrap(), 7);
    assert_eq!(other.ask(InStock).await.unwrap(), 17);
}

#[rdddy_testkit::test]
async fn an_actor_is_found_by_its_id(world: &mut World) {
    let shelf = world.spawn(Shelf::default()).await;
    let found = world.system().actor(shelf.id()).unwrap();
    assert_eq!(found.type_name(), "Shelf");
    assert_eq!(found.downcast::<Shelf>().unwrap(), shelf);
    world.system().send(shelf.id(), Restock(4)).unwrap();
    assert_eq!(shelf.ask(InStock).await.unwrap(), 4);
}

#[rdddy_testkit::test]
async fn a_removed_actor_is_gone_and_a_message_to_it_is_a_dead_letter_that_names_it(
    world: &mut World,
) {
    let shelf = world.spawn(Shelf::default()).await;
    let id = shelf.id();
    shelf.stop();
    shelf.stopped().await;
    assert!(world.system().actor(id).is_err());
    let refused = world.system().send(id, Restock(4)).unwrap_err();
    assert!(matches!(refused, SendToError::NoSuchActor(Restock(4))));
    world.events().expect::<SystemEvent>().matching(dead_letter_to(id)).once();
}

fn dead_letter_to(id: ActorId) -> impl Fn(&SystemEvent) -> bool {
    move |event| {
        matches!(
            event,
            SystemEvent::DeadLetter { message: "kept.Restock", to, .. } if *to == id
        )
    }
}

#[rdddy_testkit::test]
async fn waiting_for_a_message_type_that_is_published_later_returns_it(world: &mut World) {
    let placed = world.system().wait_for::<OrderPlaced>();
    world.publish(OrderPlaced(7)).await;
    assert_eq!(placed.await.unwrap().0, 7);
}

#[rdddy_testkit::test]
async fn a_query_reaches_its_handler(world: &mut World) {
    let shelf = world.spawn(Shelf { stock: 5 }).await;
    assert_eq!(shelf.ask(InStock).await.unwrap(), 5);
}

#[derive(Command, Debug)]
#[command(error = Broken)]
struct Work;

#[derive(Debug, thiserror::Error)]
#[error("the machine is broken")]
struct Broken;

#[derive(Default)]
struct Worker;

#[actor]
impl Worker {
    #[handler]
    fn work(&mut self, _: Work) -> Result<(), Broken> {
        Err(Broken)
    }
}

#[derive(Query, Debug)]
#[query(reply = ActorRef<Worker>)]
struct WhoWorks;

#[derive(Default)]
struct Foreman {
    worker: Option<ActorRef<Worker>>,
}

#[actor(intensity(2, within = "1m"))]
impl Foreman {
    #[on_start]
    async fn hire(&mut self, cx: &mut Context<Self>) -> Result<(), rdddy::runtime::SpawnError> {
        self.worker = Some(cx.spawn(Props::new(Worker::default)).await?);
        Ok(())
    }

    #[handler]
    fn who_works(&self, _: WhoWorks) -> ActorRef<Worker> {
        self.worker.clone().unwrap()
    }
}

#[rdddy_testkit::test]
async fn a_workers_error_is_published_and_its_supervisor_restarts_it(world: &mut World) {
    let foreman = world.spawn(Props::new(Foreman::default)).await;
    let worker = foreman.ask(WhoWorks).await.unwrap();
    worker.tell(Work).await.unwrap();
    world.settle().await;
    let failed = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::HandlerFailed { message: "kept.Work", failure: Failure::Error(report), .. }
                if report.message() == "the machine is broken"
        )
    };
    let restarted = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::Restarted { actor, incarnation: 2 } if actor.id == worker.id()
        )
    };
    world.events().sequence().then_matching(failed).then_matching::<SystemEvent>(restarted).check();
    assert_eq!((worker.incarnation(), foreman.incarnation()), (2, 1));
}

#[rdddy_testkit::test]
async fn what_the_supervisor_cannot_mend_the_root_supervisor_sees(world: &mut World) {
    let foreman = world.spawn(Props::new(Foreman::default)).await;
    let worker = foreman.ask(WhoWorks).await.unwrap();
    for _ in 0..3 {
        worker.tell(Work).await.unwrap();
        world.advance(Duration::from_millis(1)).await;
    }
    let escalated = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::Escalated { child, supervisor: Some(supervisor), .. }
                if child.id == worker.id() && supervisor.id == foreman.id()
        )
    };
    world.events().expect::<SystemEvent>().matching(escalated).once();
    // The root gave the foreman another life, with a worker of its own.
    assert_eq!(foreman.incarnation(), 2);
    assert_ne!(foreman.ask(WhoWorks).await.unwrap().id(), worker.id());
}
