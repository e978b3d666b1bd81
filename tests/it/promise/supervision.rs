//! Promise 7: when an actor is restarted, after which wait, and with which message.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("supervision");

#[derive(Command, Debug)]
struct Fail;

#[derive(Command, Debug)]
struct Leave;

#[derive(Command, Debug, Clone)]
struct Twice(u32);

#[derive(Event, Debug)]
struct Hard;

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Done;

#[derive(Default)]
struct Worker {
    done: u32,
}

#[actor]
impl Worker {
    #[handler]
    fn fail(&mut self, _: Fail) {
        panic!("failed");
    }

    #[handler]
    fn leave(&mut self, _: Leave, cx: &mut Context<Self>) {
        cx.stop();
    }

    /// Succeeds in the life with this number, or later.
    #[handler(redeliver)]
    fn twice(&mut self, cmd: Twice, cx: &mut Context<Self>) {
        assert!(cx.incarnation() >= cmd.0, "not in this life");
        self.done += 1;
    }

    #[handler]
    fn hard(&mut self, _: &Hard) {
        panic!("too hard");
    }

    #[handler]
    fn done(&self, _: Done) -> u32 {
        self.done
    }
}

async fn worker(world: &World, policy: RestartPolicy) -> ActorRef<Worker> {
    world.spawn(Props::new(Worker::default).restart(policy)).await
}

#[rdddy_testkit::test]
async fn a_permanent_actor_is_restarted_whatever_ends_it(world: &mut World) {
    let worker = worker(world, RestartPolicy::Permanent).await;
    worker.tell(Fail).await.unwrap();
    worker.tell(Leave).await.unwrap();
    world.settle().await;
    assert!(worker.is_alive());
    assert_eq!(worker.incarnation(), 3);
    worker.stop();
    assert_eq!(worker.stopped().await, StopReason::Stopped, "an order from outside is an order");
}

#[rdddy_testkit::test]
async fn a_transient_actor_is_restarted_when_it_fails(world: &mut World) {
    let worker = worker(world, RestartPolicy::Transient).await;
    worker.tell(Fail).await.unwrap();
    assert_eq!(worker.ask(Done).await.unwrap(), 0);
    worker.tell(Leave).await.unwrap();
    assert_eq!(worker.stopped().await, StopReason::Stopped);
}

#[rdddy_testkit::test]
async fn a_temporary_actor_is_never_restarted(world: &mut World) {
    let worker = worker(world, RestartPolicy::Temporary).await;
    worker.tell(Fail).await.unwrap();
    let reason = worker.stopped().await;
    assert!(matches!(reason, StopReason::Failed(Failure::Panic(_))), "{reason:?}");
    assert_eq!(world.counters().restarts, 0);
}

fn backoffs(world: &World) -> Vec<Duration> {
    let all = world.events().of::<SystemEvent>();
    let waits = all.iter().filter_map(|event| match &**event {
        SystemEvent::Restarting { backoff, .. } => Some(*backoff),
        _ => None,
    });
    waits.collect()
}

#[rdddy_testkit::test]
async fn the_wait_before_a_restart_doubles_up_to_a_limit(world: &mut World) {
    let (first, max) = (Duration::from_millis(100), Duration::from_millis(700));
    let worker = world.spawn(Props::new(Worker::default).backoff(first, max)).await;
    for _ in 0..5 {
        worker.tell(Fail).await.unwrap();
        world.advance(max).await;
    }
    assert_eq!(worker.incarnation(), 6);
    let waits = backoffs(world);
    assert_eq!(waits.len(), 5);
    for (nth, wait) in waits.iter().enumerate() {
        // A quarter less or more, but never more than the limit.
        let nominal = (first * 2_u32.pow(nth as u32)).min(max);
        assert!(*wait >= nominal * 3 / 4 && *wait <= (nominal * 5 / 4).min(max), "{waits:?}");
    }
}

#[rdddy_testkit::test]
async fn messages_wait_while_an_actor_is_backing_off(world: &mut World) {
    let wait = Duration::from_secs(60);
    let worker = world.spawn(Props::new(Worker::default).backoff(wait, wait)).await;
    worker.tell(Fail).await.unwrap();
    worker.tell(Twice(2)).await.unwrap();
    world.advance(Duration::from_secs(40)).await;
    assert_eq!((worker.incarnation(), worker.waiting()), (1, 1));
    world.advance(Duration::from_secs(20)).await;
    assert_eq!(worker.ask(Done).await.unwrap(), 1);
}

#[rdddy_testkit::test]
async fn an_actor_that_is_backing_off_ends_at_once_when_it_is_killed(world: &mut World) {
    let wait = Duration::from_secs(3600);
    let worker = world.spawn(Props::new(Worker::default).backoff(wait, wait)).await;
    worker.tell(Fail).await.unwrap();
    worker.tell(Twice(1)).await.unwrap();
    world.settle().await;
    worker.kill();
    assert_eq!(worker.stopped().await, StopReason::Killed);
    assert_eq!(world.elapsed(), Duration::ZERO);
    assert_eq!(world.counters().dead_letters, 1);
}

#[rdddy_testkit::test]
async fn an_actor_that_is_backing_off_ends_after_what_waits_when_it_is_stopped(world: &mut World) {
    let wait = Duration::from_secs(3600);
    let worker = world.spawn(Props::new(Worker::default).backoff(wait, wait)).await;
    worker.tell(Fail).await.unwrap();
    worker.tell(Twice(1)).await.unwrap();
    worker.stop();
    assert_eq!(worker.stopped().await, StopReason::Stopped);
    assert_eq!(world.counters().handled, 1);
}

#[rdddy_testkit::test]
async fn a_message_that_failed_its_actor_is_tried_once_more(world: &mut World) {
    let worker = worker(world, RestartPolicy::Transient).await;
    worker.tell(Twice(2)).await.unwrap();
    assert_eq!(worker.ask(Done).await.unwrap(), 1);
    let counters = world.counters();
    assert_eq!((counters.sent, counters.handled, counters.failed), (2, 2, 0));
}

#[rdddy_testkit::test]
async fn a_message_that_fails_its_actor_twice_is_poison(world: &mut World) {
    let worker = worker(world, RestartPolicy::Transient).await;
    worker.tell(Twice(9)).await.unwrap();
    world.publish(Hard).await;
    assert_eq!(worker.ask(Done).await.unwrap(), 0);
    assert_eq!(worker.incarnation(), 5);
    for poison in ["supervision.Twice", "supervision.Hard"] {
        let buried = |event: &SystemEvent| {
            matches!(
                event,
                SystemEvent::DeadLetter { message, reason: DeadReason::Poison, .. }
                    if *message == poison
            )
        };
        world.events().expect::<SystemEvent>().matching(buried).once();
        let attempts = |event: &SystemEvent| matches!(event, SystemEvent::HandlerFailed { message, .. } if *message == poison);
        let failed = world.events().expect::<SystemEvent>().matching(attempts).times(2);
        for (nth, event) in failed.iter().enumerate() {
            let SystemEvent::HandlerFailed { attempt, .. } = &**event else { unreachable!() };
            assert_eq!(*attempt as usize, nth + 1);
        }
    }
}

#[rdddy_testkit::test]
async fn what_is_tried_once_more_comes_before_what_waits(world: &mut World) {
    let worker = worker(world, RestartPolicy::Transient).await;
    worker.tell(Twice(2)).await.unwrap();
    assert_eq!(worker.ask(Done).await.unwrap(), 1, "the question came later");
}

/// Mends itself instead of being built anew.
struct Healer {
    done: u32,
    healed: Option<Failure>,
}

#[derive(Query, Debug)]
#[query(reply = (u32, Option<Failure>))]
struct Health;

#[derive(Command, Debug)]
struct Hurt;

#[derive(Command, Debug)]
struct Practise;

#[actor]
impl Healer {
    #[on_restart]
    fn heal(&mut self, failure: &Failure) {
        self.healed = Some(failure.clone());
    }

    #[handler]
    fn hurt(&mut self, _: Hurt) {
        panic!("hurt");
    }

    #[handler]
    fn practise(&mut self, _: Practise) {
        self.done += 1;
    }

    #[handler]
    fn health(&self, _: Health) -> (u32, Option<Failure>) {
        (self.done, self.healed.clone())
    }
}

#[rdddy_testkit::test]
async fn an_actor_that_mends_itself_keeps_its_state(world: &mut World) {
    let healer = world.spawn(Healer { done: 0, healed: None }).await;
    healer.tell(Practise).await.unwrap();
    healer.tell(Hurt).await.unwrap();
    let (done, healed) = healer.ask(Health).await.unwrap();
    assert_eq!((done, healed), (1, Some(Failure::Panic("hurt".to_owned()))));
    assert_eq!(healer.incarnation(), 2);
}
