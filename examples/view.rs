//! A page that shows a read model, is rendered again when that changes, and takes what a person does.
//!
//! Run it: `cargo run --example view`
//!
//! What you see: the page of a shelf before and after somebody has clicked on it, as a test sees it:
//! no browser is needed. A click on an empty shelf is refused, by the shelf.

use rdddy::host::CommandOutcome;
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use serde::{Deserialize, Serialize};

bounded_context!("library");

#[derive(Command)]
struct Return {
    #[key]
    title: String,
}

#[derive(Command)]
#[command(error = NoneLeft)]
struct Lend {
    #[key]
    title: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Returned {
    #[tag]
    title: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Lent {
    #[tag]
    title: String,
}

#[derive(Debug, thiserror::Error, DomainError)]
#[error("no copy is left")]
struct NoneLeft;

#[derive(Default)]
struct Shelf(u32);

#[aggregate(id = String)]
impl Shelf {
    #[handler]
    fn take_back(&self, cmd: Return) -> Returned {
        Returned { title: cmd.title }
    }

    #[handler]
    #[requires(self.0 > 0, NoneLeft)]
    fn lend(&self, cmd: Lend) -> Result<Lent, NoneLeft> {
        Ok(Lent { title: cmd.title })
    }

    #[apply]
    fn returned(&mut self, _: &Returned) {
        self.0 += 1;
    }

    #[apply]
    fn lent(&mut self, _: &Lent) {
        self.0 -= 1;
    }
}

/// The read model.
#[derive(Default, Serialize, Deserialize)]
struct Copies(u32);

#[projection(key = title: String)]
impl Copies {
    #[handler]
    fn returned(&mut self, _: &Returned) {
        self.0 += 1;
    }

    #[handler]
    fn lent(&mut self, _: &Lent) {
        self.0 -= 1;
    }
}

/// Somebody wants to have the book.
#[derive(Event, Serialize, Deserialize)]
#[event(ui)]
struct LendClicked {}

struct BookPage {
    title: String,
}

#[view]
impl BookPage {
    #[render]
    async fn render(&self, cx: &ViewContext<'_>) -> rdddy::Result<String> {
        let copies = cx.projection::<Copies>().await?.get(&self.title).await?.unwrap_or_default();
        Ok(format!("<h1>{}</h1><p>{} left</p><button>lend</button>", self.title, copies.0))
    }

    #[handler]
    fn lend(&self, _: &LendClicked) -> Lend {
        Lend { title: self.title.clone() }
    }
}

/// Clicks on a page, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let builder = ActorSystem::builder().store(MemoryStore::new()).projection::<Copies>();
    let system = builder.start().await?;
    system.execute(Return { title: "Emma".to_owned() }).await?;
    let page = system.mount(BookPage { title: "Emma".to_owned() });
    let mut text = String::new();
    loop {
        let seen = page.render().await?;
        if seen.contains("1 left") {
            text += &format!("{seen}\n");
            break;
        }
        page.changed().await;
    }
    for _ in 0..2 {
        for done in page.input(LendClicked {}).await? {
            match done.outcome {
                CommandOutcome::Accepted(at) => {
                    text += &format!("{}\n", page.render_after(&at).await?);
                }
                CommandOutcome::Refused(why) => text += &format!("refused: {why}\n"),
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    system.shutdown().await;
    Ok(text)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this program prints")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
