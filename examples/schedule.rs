//! A library reminds its readers, and counts what is lent out each week.
//!
//! Run it: `cargo run --example schedule`
//!
//! What you see: schedules that are kept in the store, carried out by whichever process is alive, and
//! made up for once when none was. Time is virtual, so three weeks are over at once.

use std::sync::Arc;
use std::time::Duration;

use rdddy::message::Timestamp;
use rdddy::prelude::*;
use rdddy::simulation::{Simulation, SimulationOptions};
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("library");

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// It is kept until it is due, so it can be written down.
#[derive(Command, Serialize, Deserialize)]
struct Remind {
    #[key]
    reader: String,
    isbn: String,
}

#[derive(Command, Serialize, Deserialize)]
struct CountLoans {
    #[key]
    shelf: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Reminded {
    isbn: String,
}

#[derive(Event, Serialize, Deserialize)]
struct LoansCounted {}

#[derive(Default)]
struct Reader {
    reminders: u32,
}

#[aggregate(id = String)]
impl Reader {
    #[handler]
    fn remind(&self, cmd: Remind) -> Reminded {
        Reminded { isbn: cmd.isbn }
    }

    #[apply]
    fn reminded(&mut self, _: &Reminded) {
        self.reminders += 1;
    }
}

#[derive(Default)]
struct Shelf {
    counts: u32,
}

#[aggregate(id = String)]
impl Shelf {
    #[handler]
    fn count(&self, _: CountLoans) -> LoansCounted {
        LoansCounted {}
    }

    #[apply]
    fn counted(&mut self, _: &LoansCounted) {
        self.counts += 1;
    }
}

/// Lives through `days`, and says what has happened by then.
async fn live(time: &Arc<Simulation>, store: &MemoryStore, days: u32) -> rdddy::Result<String> {
    let builder = ActorSystem::builder().simulation(time).store(store.clone());
    let system = builder.schedules().start().await?;
    let schedules = system.schedules()?;
    // Each process sets them when it starts; those that are set stay as they are.
    let due = Timestamp(SimulationOptions::default().epoch + 10 * DAY);
    let reminder = Remind { reader: "ada".to_owned(), isbn: "9780141439518".to_owned() };
    schedules.once("reminder/ada/9780141439518", due, reminder).await?;
    let count = CountLoans { shelf: "fiction".to_owned() };
    schedules.every("weekly count", 7 * DAY, count).await?;
    time.sleep(days * DAY + Duration::from_secs(60)).await;
    let reader = system.repository::<Reader>()?.load(&"ada".to_owned()).await?.state;
    let shelf = system.repository::<Shelf>()?.load(&"fiction".to_owned()).await?.state;
    let (reminders, counts) = (reader.reminders, shelf.counts);
    let names: Vec<_> = schedules.list().await?.into_iter().map(|schedule| schedule.name).collect();
    let (late, names) = (schedules.status().late, names.join(", "));
    let text = format!("{reminders} reminders, {counts} counts, {late} late; to come: {names}");
    system.shutdown().await;
    Ok(text)
}

/// Three weeks, with nobody there in the second one; returns what is to be printed.
pub(crate) fn run() -> rdddy::Result<String> {
    let time = Simulation::new(SimulationOptions::default());
    let store = MemoryStore::new();
    time.run(async {
        let first = live(&time, &store, 8).await?;
        time.sleep(7 * DAY).await;
        let second = live(&time, &store, 8).await?;
        Ok(format!("after 8 days: {first}\nafter 23 days: {second}\n"))
    })?
}

#[expect(clippy::print_stdout, reason = "this program prints")]
fn main() -> rdddy::Result<()> {
    print!("{}", run()?);
    Ok(())
}
