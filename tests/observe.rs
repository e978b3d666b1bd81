//! What an observed system shows of itself, and one that is not observed does not.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and runs tasks of its own"
)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdddy::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Subscriber, span};

bounded_context!("observe");

#[derive(Command, Debug)]
struct Start;

#[derive(Command, Debug)]
#[command(reply = u64)]
struct Wait(u64);

#[derive(Command, Debug)]
struct Explode;

#[derive(Event, Debug)]
struct Started;

#[derive(Default)]
struct Worker;

#[actor]
impl Worker {
    #[handler]
    async fn start(&mut self, _: Start, cx: &mut Context<Self>) {
        cx.publish(Started).await.unwrap();
    }

    #[handler]
    async fn wait(&mut self, wait: Wait, cx: &mut Context<Self>) -> u64 {
        cx.system().sleep(Duration::from_millis(wait.0)).await;
        tracing::info_span!("inside");
        wait.0
    }

    #[handler]
    async fn explode(&mut self, _: Explode) {
        panic!("as ordered");
    }
}

#[derive(Default)]
struct Listener;

#[actor]
impl Listener {
    #[handler]
    async fn started(&mut self, _: &Started) {}
}

/// Whether a span is of interest is found out when it is first reached, once for the whole process,
/// by the thread that reaches it: a test without a subscriber would blind the others.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

type Fields = BTreeMap<&'static str, String>;

/// A span: its name, the span it was made in, and its fields.
#[derive(Clone, Debug)]
struct Seen {
    name: &'static str,
    within: Option<u64>,
    fields: Fields,
}

/// Writes down all spans of this thread.
#[derive(Clone, Default)]
struct Spans {
    next: Arc<AtomicU64>,
    seen: Arc<Mutex<Vec<Seen>>>,
    entered: Arc<Mutex<Vec<u64>>>,
}

impl Spans {
    fn listen() -> (Self, DefaultGuard) {
        let spans = Spans::default();
        let guard = tracing::subscriber::set_default(spans.clone());
        (spans, guard)
    }

    fn all(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn handled(&self) -> Vec<Fields> {
        let all = self.all().into_iter().filter(|seen| seen.name == "rdddy.handle");
        all.map(|seen| seen.fields).collect()
    }
}

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> span::Id {
        let mut fields = Fields::new();
        span.record(&mut Visitor(&mut fields));
        let within = self.entered.lock().unwrap().last().copied();
        self.seen.lock().unwrap().push(Seen { name: span.metadata().name(), within, fields });
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, span: &Id) {
        self.entered.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        let left = self.entered.lock().unwrap().pop();
        assert_eq!(left, Some(span.into_u64()), "spans are left in the order they were entered in");
    }
}

#[tokio::test]
async fn nothing_is_seen_unless_asked_for() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let (spans, _guard) = Spans::listen();
    let system = ActorSystem::builder().start().await.unwrap();
    let worker = system.spawn(Worker).await.unwrap();
    assert_eq!(worker.ask(Wait(0)).await.unwrap(), 0);

    let metrics = system.metrics();
    assert_eq!(metrics.counters.handled, 1, "the books are kept always");
    assert_eq!(metrics.handling.count(), 0);
    assert_eq!(metrics.handling.quantile(0.5), None);
    assert!(metrics.messages.is_empty());
    assert!(spans.handled().is_empty());
    system.shutdown().await;
}

#[tokio::test]
async fn each_handled_message_has_a_span_and_a_time() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let (spans, _guard) = Spans::listen();
    let system = ActorSystem::builder().observe(true).causality(true).start().await.unwrap();
    let worker = system.spawn_named("worker", Worker).await.unwrap();
    let _listener = system.spawn_named("listener", Listener).await.unwrap();
    worker.tell(Start).await.unwrap();
    system.shutdown().await;

    let handled = spans.handled();
    let of = |name: &str| {
        let mut found = handled.iter().filter(|span| span["message.name"].ends_with(name));
        let span = found.next().unwrap_or_else(|| panic!("no span for {name}: {handled:?}"));
        assert!(found.next().is_none(), "{name} was handled once");
        span
    };
    let (start, started) = (of("Start"), of("Started"));
    assert!(start["actor"].ends_with("worker"), "{start:?}");
    assert!(started["actor"].ends_with("listener"), "{started:?}");
    assert!(!start.contains_key("message.causation"), "nothing caused the first message");
    assert_eq!(started["message.causation"], start["message.id"]);
    assert_eq!(started["message.correlation"], start["message.correlation"]);

    let metrics = system.metrics();
    assert_eq!(metrics.handling.count(), 2);
    assert_eq!(metrics.messages.len(), 2);
    assert!(metrics.messages.values().all(|time| time.count() == 1));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_handler_includes_what_it_waits_for() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let (spans, _guard) = Spans::listen();
    let system = ActorSystem::builder().observe(true).start().await.unwrap();
    let worker = system.spawn(Worker).await.unwrap();
    for _ in 0..9 {
        worker.ask(Wait(1)).await.unwrap();
    }
    worker.ask(Wait(1000)).await.unwrap();

    let handling = system.metrics().handling;
    assert_eq!(handling.count(), 10);
    let (short, long) = (Duration::from_millis(1), Duration::from_secs(1));
    let median = handling.quantile(0.5).unwrap();
    assert!(median >= short && median < long, "{median:?}");
    assert!(handling.max() >= long, "{handling:?}");
    assert_eq!(handling.quantile(1.0), Some(handling.max()));
    assert!(handling.total() >= long + 9 * short);

    let all = spans.all();
    let inside = all.iter().filter(|seen| seen.name == "inside");
    let withins: Vec<_> = inside.map(|seen| seen.within.is_some()).collect();
    assert_eq!(withins, [true; 10], "a handler that has waited is still within its span");
    system.shutdown().await;
}

#[tokio::test]
async fn a_failed_handler_is_counted_too() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let system = ActorSystem::builder().start().await.unwrap();
    system.set_observe(true);
    let worker = system.spawn(Worker).await.unwrap();
    assert!(worker.ask(Explode).await.is_err());
    system.set_observe(false);
    system.shutdown().await;
    assert_eq!(system.metrics().handling.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_messages_are_counted_with_the_longest_queue() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let system = ActorSystem::builder().start().await.unwrap();
    let busy = system.spawn_named("busy", Worker).await.unwrap();
    let _idle = system.spawn_named("idle", Worker).await.unwrap();
    assert!(system.metrics().longest.is_none());

    let asked = busy.clone();
    let asker = tokio::spawn(async move { asked.ask(Wait(60_000)).await });
    while system.metrics().counters.sent == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..3 {
        busy.tell(Start).await.unwrap();
    }
    let metrics = system.metrics();
    asker.abort();
    let (actor, most) = metrics.longest.unwrap();
    assert!(actor.path.to_string().ends_with("busy"), "{actor:?}");
    assert!(most >= 3, "{most}");
    assert_eq!(metrics.waiting, most);
    system.shutdown_within(Duration::ZERO).await;
}
