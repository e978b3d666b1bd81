//! What is known about a message beside its content, carried from message to message.

use std::time::Duration;

use rdddy::message::{MessageId, Metadata};
use rdddy::prelude::*;
use rdddy::runtime::Forward;
use rdddy_testkit::World;

bounded_context!("metadata");

#[derive(Event, Debug)]
struct Arrived {
    how: &'static str,
}

#[derive(Command, Debug)]
struct Hop(&'static str);

#[derive(Command, Debug)]
struct Start;

#[derive(Command, Debug)]
struct Relay(&'static str);

/// Publishes what arrives.
struct End;

#[actor]
impl End {
    #[handler]
    async fn hop(&mut self, cmd: Hop, cx: &mut Context<Self>) {
        cx.publish(Arrived { how: cmd.0 }).await.unwrap();
    }
}

/// Sends in every way there is.
struct Sender {
    end: ActorRef<End>,
}

#[actor]
impl Sender {
    #[handler]
    async fn start(&mut self, _: Start, cx: &mut Context<Self>) {
        self.end.tell(Hop("tell")).await.unwrap();
        self.end.ask(Hop("ask")).await.unwrap();
        self.end.recipient().tell(Hop("recipient")).await.unwrap();
        cx.system().send(self.end.id(), Hop("id")).unwrap();
        cx.me().tell(Relay("self")).unwrap();
        cx.after(Duration::from_secs(1), Relay("after")).unwrap();
        cx.pipe(async { "pipe" }, Relay).unwrap();
        cx.publish(Arrived { how: "publish" }).await.unwrap();
    }

    #[handler]
    fn relay(&mut self, cmd: Relay) -> Forward<(), std::convert::Infallible> {
        self.end.forward(Hop(cmd.0))
    }
}

const WAYS: [&str; 8] = ["tell", "ask", "recipient", "id", "self", "after", "pipe", "publish"];

#[rdddy_testkit::test]
async fn causes_are_followed_through_every_way_of_sending(world: &mut World) {
    let end = world.spawn(End).await;
    let sender = world.spawn(Sender { end }).await;
    sender.tell(Start).await.unwrap();
    world.advance(Duration::from_secs(1)).await;
    for way in WAYS {
        let arrived = |event: &Arrived| event.how == way;
        world.events().expect::<Arrived>().matching(arrived).caused_by_a::<Start>().once();
    }
    let conversations: std::collections::BTreeSet<MessageId> = world
        .events()
        .of::<Arrived>()
        .iter()
        .filter_map(|event| event.entry().metadata())
        .map(|metadata| metadata.correlation)
        .collect();
    assert_eq!(conversations.len(), 1, "it is one conversation");
}

#[derive(Query, Debug)]
#[query(reply = Option<Metadata>)]
struct Seen;

struct Observer;

#[actor]
impl Observer {
    #[handler]
    fn seen(&self, _: Seen, cx: &mut Context<Self>) -> Option<Metadata> {
        cx.metadata().cloned()
    }
}

#[rdddy_testkit::test]
async fn a_first_message_is_caused_by_none_and_begins_a_conversation(world: &mut World) {
    let observer = world.spawn(Observer).await;
    let first = observer.ask(Seen).await.unwrap().unwrap();
    let second = observer.ask(Seen).await.unwrap().unwrap();
    assert_eq!((first.causation, first.correlation), (None, first.message));
    assert_ne!(first.message, second.message);
}

#[tokio::test]
async fn a_message_has_no_metadata_when_nobody_asked_for_it() {
    let system = ActorSystem::builder().start().await.unwrap();
    let observer = system.spawn(Observer).await.unwrap();
    assert_eq!(observer.ask(Seen).await.unwrap(), None);
    system.set_causality(true);
    assert!(observer.ask(Seen).await.unwrap().is_some());
}
