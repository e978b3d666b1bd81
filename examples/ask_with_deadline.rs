//! Asking: every question has a deadline, and ends in one of a few typed ways.
//!
//! Run it: `cargo run --example ask_with_deadline`
//!
//! What you see: an answer; a refusal; a question nobody waits for any more, which is never worked
//! on; two clerks who send one to the other and back, found out instead of waited for.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use rdddy::prelude::*;
use tokio::sync::Notify;

bounded_context!("office");

/// Takes as long as it takes: the clerk has to wait for the archive.
#[derive(Debug, Query)]
#[query(reply = &'static str)]
struct FindFile;

#[derive(Debug, Query)]
#[query(reply = u32, error = NotMyFloor)]
struct RoomOf(&'static str);

#[derive(Debug, thiserror::Error)]
#[error("{0} is not on this floor")]
struct NotMyFloor(&'static str);

/// Asks the colleague, who asks back.
#[derive(Command, Debug)]
#[command(reply = String)]
struct PassOn(ActorRef<Clerk>);

struct Clerk {
    archive: Arc<Notify>,
}

#[actor]
impl Clerk {
    #[handler]
    async fn find(&mut self, _: FindFile) -> &'static str {
        self.archive.notified().await;
        "it was under F"
    }

    #[handler]
    fn room(&self, query: RoomOf) -> Result<u32, NotMyFloor> {
        match query.0 {
            "Mrs. Weber" => Ok(214),
            other => Err(NotMyFloor(other)),
        }
    }

    #[handler]
    async fn pass_on(&mut self, cmd: PassOn, cx: &mut Context<Self>) -> String {
        match cmd.0.ask(PassOn(cx.actor_ref())).await {
            Ok(answer) => answer,
            Err(AskError::WouldDeadlock { cycle }) => {
                format!("{} clerks would wait for one another", cycle.len())
            }
            Err(other) => other.to_string(),
        }
    }
}

/// Asks, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().start().await?;
    let archive = Arc::new(Notify::new());
    let clerk = system.spawn(Clerk { archive: Arc::clone(&archive) }).await?;
    let colleague = system.spawn(Clerk { archive: Arc::clone(&archive) }).await?;

    let mut page = String::new();
    writeln!(page, "Mrs. Weber: room {}", clerk.ask(RoomOf("Mrs. Weber")).await?)?;
    if let Err(AskError::Refused(refusal)) = clerk.ask(RoomOf("Mr. Silva")).await {
        writeln!(page, "refused: {refusal}")?;
    }

    // The clerk is busy with the first question for longer than anybody waits for the second.
    let dead_letter = system.wait_for_matching(|event| {
        matches!(event, SystemEvent::DeadLetter { reason: DeadReason::Expired, .. })
    });
    let impatient = async {
        let late = clerk.ask(RoomOf("Mrs. Weber")).timeout(Duration::from_millis(20)).await;
        archive.notify_one();
        late
    };
    let (found, late) = tokio::join!(clerk.ask(FindFile), impatient);
    writeln!(page, "found: {}", found?)?;
    if let Err(late) = late {
        writeln!(page, "gave up: {late}")?;
    }
    if let Some(SystemEvent::DeadLetter { message, reason, .. }) = dead_letter.await.as_deref() {
        writeln!(page, "dead letter: {message}, {reason}")?;
    }

    writeln!(page, "in a circle: {}", clerk.ask(PassOn(colleague)).await?)?;
    system.shutdown().await;
    Ok(page)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
