//! Handlers that fail, panic, hang or block.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("handler");

#[derive(Debug, thiserror::Error, PartialEq)]
#[error("no more paper")]
struct NoPaper;

#[derive(Command, Debug)]
#[command(error = NoPaper)]
struct Print;

#[derive(Command, Debug)]
struct Jam;

#[derive(Command, Debug)]
struct JamLater;

#[derive(Command, Debug)]
struct Hang;

#[derive(Command, Debug)]
struct HangForGood;

#[derive(Command, Debug)]
struct Calibrate;

#[derive(Query, Debug)]
#[query(reply = u32)]
struct Printed;

#[derive(Event, Debug)]
struct PaperDelivered;

#[derive(Default)]
struct Printer {
    printed: u32,
}

#[actor]
impl Printer {
    #[handler]
    fn print(&mut self, _: Print) -> Result<(), NoPaper> {
        if self.printed == 2 {
            return Err(NoPaper);
        }
        self.printed += 1;
        Ok(())
    }

    #[handler]
    fn jam(&mut self, _: Jam) {
        panic!("paper jam in tray {}", self.printed);
    }

    #[handler]
    async fn jam_later(&mut self, _: JamLater, cx: &mut Context<Self>) {
        cx.sleep(Duration::from_millis(1)).await;
        panic!("paper jam after a while");
    }

    #[handler(timeout = "5s")]
    async fn hang(&mut self, _: Hang, cx: &mut Context<Self>) {
        cx.sleep(Duration::from_secs(3600)).await;
    }

    #[handler(timeout = "5s")]
    async fn hang_for_good(&mut self, _: HangForGood) {
        std::future::pending::<()>().await;
    }

    #[handler(blocking)]
    fn calibrate(&mut self, _: Calibrate) {
        self.printed = 100;
    }

    #[handler]
    fn printed(&self, _: Printed) -> u32 {
        self.printed
    }

    #[handler(redeliver = false)]
    fn paper(&mut self, _: &PaperDelivered) -> Result<(), NoPaper> {
        Err(NoPaper)
    }
}

async fn printer(world: &World) -> ActorRef<Printer> {
    world.spawn(Props::new(Printer::default)).await
}

fn failures(world: &World) -> Vec<(&'static str, Failure, bool)> {
    let all = world.events().of::<SystemEvent>();
    let failed = all.iter().filter_map(|event| match &**event {
        SystemEvent::HandlerFailed { message, failure, answered, .. } => {
            Some((*message, failure.clone(), *answered))
        }
        _ => None,
    });
    failed.collect()
}

#[rdddy_testkit::test]
async fn a_refusal_answers_the_asker_and_the_actor_goes_on(world: &mut World) {
    let printer = printer(world).await;
    printer.ask(Print).await.unwrap();
    printer.ask(Print).await.unwrap();
    let refused = printer.ask(Print).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(&NoPaper));
    assert_eq!(printer.ask(Printed).await.unwrap(), 2, "it was not restarted");
    assert_eq!(world.counters().refused, 1);
    let seen = failures(world);
    assert!(matches!(&seen[..], [("handler.Print", Failure::Error(_), true)]), "{seen:?}");
}

#[rdddy_testkit::test]
async fn an_error_nobody_waits_for_restarts_the_actor(world: &mut World) {
    let printer = printer(world).await;
    for _ in 0..3 {
        printer.tell(Print).await.unwrap();
    }
    assert_eq!(printer.ask(Printed).await.unwrap(), 0);
    assert_eq!((printer.incarnation(), world.counters().failed), (2, 1));
    let seen = failures(world);
    assert!(matches!(&seen[..], [("handler.Print", Failure::Error(_), false)]), "{seen:?}");
}

#[rdddy_testkit::test]
async fn a_panic_answers_the_asker_and_restarts_the_actor(world: &mut World) {
    let printer = printer(world).await;
    let answer = printer.ask(Jam).await;
    let said = "paper jam in tray 0".to_owned();
    assert!(
        matches!(&answer, Err(AskError::Failed(Failure::Panic(text))) if *text == said),
        "{answer:?}"
    );
    assert_eq!(printer.ask(Printed).await.unwrap(), 0);
    assert_eq!(failures(world), [("handler.Jam", Failure::Panic(said), false)]);
    assert_eq!(printer.incarnation(), 2);
}

#[rdddy_testkit::test]
async fn a_panic_after_a_wait_is_a_failure_like_any_other(world: &mut World) {
    let printer = printer(world).await;
    let answer = printer.ask(JamLater).await;
    assert!(matches!(&answer, Err(AskError::Failed(Failure::Panic(_)))), "{answer:?}");
    assert_eq!(printer.ask(Printed).await.unwrap(), 0);
    assert_eq!(printer.incarnation(), 2);
}

#[rdddy_testkit::test]
async fn a_handler_that_hangs_is_cancelled_after_its_timeout(world: &mut World) {
    let printer = printer(world).await;
    let answer = printer.ask(Hang).await;
    let limit = Duration::from_secs(5);
    assert!(
        matches!(&answer, Err(AskError::Failed(Failure::TimedOut(after))) if *after == limit),
        "{answer:?}"
    );
    assert_eq!(world.elapsed(), limit);
    printer.tell(HangForGood).await.unwrap();
    assert_eq!(printer.ask(Printed).await.unwrap(), 0);
    assert_eq!(world.elapsed(), 2 * limit);
    assert_eq!(printer.incarnation(), 3);
}

#[rdddy_testkit::test]
async fn a_blocking_handler_comes_back_with_its_actor(world: &mut World) {
    let printer = printer(world).await;
    printer.tell(Calibrate).await.unwrap();
    assert_eq!(printer.ask(Printed).await.unwrap(), 100);
}

#[rdddy_testkit::test]
async fn an_event_that_cannot_be_handled_is_counted_as_failed(world: &mut World) {
    let printer = printer(world).await;
    world.publish(PaperDelivered).await;
    world.settle().await;
    let counters = world.counters();
    assert_eq!((counters.failed, counters.dead_letters), (1, 0));
    assert_eq!(printer.incarnation(), 2);
}

#[rdddy_testkit::test]
async fn an_actor_that_cannot_be_built_anew_ends_when_it_fails(world: &mut World) {
    let printer = world.spawn(Printer::default()).await;
    printer.tell(Jam).await.unwrap();
    printer.tell(Print).await.unwrap();
    let reason = printer.stopped().await;
    assert!(matches!(reason, StopReason::Failed(Failure::Panic(_))), "{reason:?}");
    let not_restartable = |event: &SystemEvent| matches!(event, SystemEvent::NotRestartable { actor } if actor.id == printer.id());
    world.events().expect::<SystemEvent>().matching(not_restartable).once();
    let counters = world.counters();
    assert_eq!((counters.failed, counters.dead_letters), (1, 1));
}

/// Panics when it is dropped.
struct Sticky;

impl Drop for Sticky {
    fn drop(&mut self) {
        panic!("it sticks");
    }
}

#[actor]
impl Sticky {
    #[handler]
    fn jam(&mut self, _: SharedJam) {
        panic!("paper jam");
    }
}

#[derive(Command, Debug)]
struct SharedJam;

#[rdddy_testkit::test]
async fn a_destructor_that_panics_does_not_take_the_system_along(world: &mut World) {
    let sticky = world.spawn(Props::new(|| Sticky)).await;
    sticky.tell(SharedJam).await.unwrap();
    world.settle().await;
    assert_eq!(sticky.incarnation(), 2);
    sticky.stop();
    assert_eq!(sticky.stopped().await, StopReason::Stopped);
}

/// Does in its hooks what one should not.
struct Hooked {
    stop: bool,
}

#[derive(Command, Debug)]
struct Nudge;

#[actor]
impl Hooked {
    #[on_stop]
    async fn close(&mut self, cx: &mut Context<Self>) {
        if self.stop {
            cx.sleep(Duration::from_secs(3600)).await;
        } else {
            panic!("cannot close");
        }
    }

    #[handler]
    fn nudge(&mut self, _: Nudge) {}
}

#[rdddy_testkit::test]
async fn an_on_stop_that_panics_or_hangs_does_not_keep_the_actor(world: &mut World) {
    for stop in [true, false] {
        let hooked = world.spawn(Hooked { stop }).await;
        hooked.tell(Nudge).await.unwrap();
        hooked.stop();
        assert_eq!(hooked.stopped().await, StopReason::Stopped);
    }
    assert_eq!(world.elapsed(), rdddy::limits::STOP_TIMEOUT);
}
