//! For each order that is shipped, a confirmation is sent.
//!
//! Run it: `cargo run --example task`
//!
//! What you see: a mail server that fails at first, an address that it refuses for good, and a
//! confirmation for each of the others, whose result is an event like any other.

use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("shipping");

#[derive(Command)]
struct Ship {
    #[key]
    order: u64,
    email: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Shipped {
    #[tag]
    order: u64,
    email: String,
}

#[derive(Event, Serialize, Deserialize)]
pub(crate) struct Sent {
    #[tag]
    order: u64,
    attempts: u32,
}

#[derive(Default)]
struct Shipment;

#[aggregate(id = u64)]
impl Shipment {
    #[handler]
    fn ship(&self, cmd: Ship) -> Shipped {
        Shipped { order: cmd.order, email: cmd.email }
    }

    #[apply]
    fn shipped(&mut self, _: &Shipped) {}
}

#[derive(Debug, thiserror::Error, DomainError)]
enum MailError {
    #[error("the server does not answer")]
    #[domain(transient)]
    NoAnswer,
    #[error("there is no such address")]
    NoSuchAddress,
}

/// The world outside.
struct Mailer;

impl Mailer {
    /// A server that knows the key of a mail does not send it twice.
    async fn send(&self, to: &str, _key: String, attempt: u32) -> Result<(), MailError> {
        tokio::task::yield_now().await;
        match to {
            "nobody" => Err(MailError::NoSuchAddress),
            "jane@example.org" if attempt < 3 => Err(MailError::NoAnswer),
            _ => Ok(()),
        }
    }
}

struct SendConfirmation {
    mailer: Mailer,
}

#[task(timeout = "2s", retry(max = 5, backoff = "1ms..5ms"), concurrency = 4)]
impl SendConfirmation {
    #[handler]
    async fn send(&self, event: &Shipped, cx: &TaskContext<'_>) -> Result<Sent, MailError> {
        let key = cx.idempotency_key().to_string();
        self.mailer.send(&event.email, key, cx.attempt()).await?;
        Ok(Sent { order: event.order, attempts: cx.attempt() })
    }
}

/// Ships orders, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let builder = ActorSystem::builder().store(MemoryStore::new());
    let system = builder.task(SendConfirmation { mailer: Mailer }).start().await?;
    let mut sent = system.subscribe::<Sent>();
    let task = system.task::<SendConfirmation>().ok_or("the task does not run")?;
    let mut text = String::new();
    for (order, email) in [(1, "emma@example.org"), (2, "jane@example.org"), (3, "nobody")] {
        let shipped = system.execute(Ship { order, email: email.to_owned() }).await?;
        task.wait_for(&shipped.position).await;
        if let Some(sent) = sent.try_next() {
            text += &format!("order {} is confirmed, at attempt {}\n", sent.order, sent.attempts);
        }
    }
    for failed in task.failed().await? {
        text += &format!("{} after {} attempt: {}\n", failed.name, failed.attempts, failed.error);
        // Somebody has looked: it is not going to work.
        task.cancel(failed.event).await?;
    }
    text += &format!("{} failed are left\n", task.failed().await?.len());
    system.shutdown().await;
    Ok(text)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this program prints")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
