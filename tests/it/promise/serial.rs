//! Promise 1: an actor handles one message at a time, also across `.await`, and messages from one
//! sender to one receiver keep their order.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy_testkit::World;

bounded_context!("serial");

#[derive(Command, Debug)]
struct Note {
    sender: u32,
    n: u32,
    wait: Duration,
}

#[derive(Event, Debug)]
struct Noted {
    n: u32,
}

#[derive(Query, Debug)]
#[query(reply = Vec<(u32, u32)>)]
struct Notes;

#[derive(Default)]
struct Notebook {
    notes: Vec<(u32, u32)>,
    open: bool,
}

impl Notebook {
    fn begin(&mut self) {
        assert!(!self.open, "two handlers at the same time");
        self.open = true;
    }

    fn end(&mut self, sender: u32, n: u32) {
        self.open = false;
        self.notes.push((sender, n));
    }
}

#[actor]
impl Notebook {
    #[handler]
    async fn note(&mut self, cmd: Note, cx: &mut Context<Self>) {
        self.begin();
        cx.sleep(cmd.wait).await;
        self.end(cmd.sender, cmd.n);
    }

    #[handler]
    async fn noted(&mut self, event: &Noted, cx: &mut Context<Self>) {
        self.begin();
        cx.sleep(Duration::from_millis(1)).await;
        self.end(0, event.n);
    }

    #[handler]
    async fn notes(&self, _: Notes) -> Vec<(u32, u32)> {
        assert!(!self.open, "a query in the middle of a handler");
        self.notes.clone()
    }
}

/// Sends notes, one after the other.
struct Writer {
    sender: u32,
    notebook: ActorRef<Notebook>,
}

#[derive(Command, Debug)]
struct Write(u32);

#[actor]
impl Writer {
    #[handler]
    async fn write(&mut self, cmd: Write) {
        for n in 0..cmd.0 {
            // The later a message is sent, the less it takes.
            let wait = Duration::from_millis(u64::from(cmd.0 - n));
            self.notebook.tell(Note { sender: self.sender, n, wait }).await.unwrap();
        }
    }
}

#[rdddy_testkit::explore(seeds = 100)]
async fn handlers_that_wait_are_not_interrupted_and_nothing_is_overtaken(world: &mut World) {
    let notebook = world.spawn(Notebook::default()).await;
    for sender in 1..=3 {
        let writer = world.spawn(Writer { sender, notebook: notebook.clone() }).await;
        writer.tell(Write(5)).await.unwrap();
    }
    world.publish(Noted { n: 0 }).await;
    world.publish(Noted { n: 1 }).await;
    world.advance(Duration::from_secs(1)).await;
    let notes = notebook.ask(Notes).await.unwrap();
    assert_eq!(notes.len(), 3 * 5 + 2);
    for sender in 0..=3 {
        let of_sender: Vec<_> = notes.iter().filter(|(from, _)| *from == sender).collect();
        assert!(of_sender.is_sorted(), "{notes:?}");
    }
}

#[rdddy_testkit::test]
async fn a_query_that_does_not_change_anything_waits_its_turn(world: &mut World) {
    let notebook = world.spawn(Notebook::default()).await;
    let wait = Duration::from_secs(5);
    notebook.tell(Note { sender: 1, n: 1, wait }).await.unwrap();
    assert_eq!(notebook.ask(Notes).await.unwrap(), [(1, 1)]);
    assert_eq!(world.elapsed(), wait);
}
