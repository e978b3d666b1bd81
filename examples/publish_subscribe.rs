//! Publishing: one event, and everybody who hears it.
//!
//! Run it: `cargo run --example publish_subscribe`
//!
//! What you see: both traders, actors of one type, hear that the market closes; a trader that
//! publishes does not hear itself; a stream outside of the actors; waiting for one particular event.

use std::fmt::Write as _;

use rdddy::prelude::*;
use rdddy::runtime::PublishError;

bounded_context!("market");

#[derive(Debug, Event)]
struct MarketClosed;

#[derive(Debug, Event)]
struct Bought {
    trader: &'static str,
    cents: u32,
}

#[derive(Command, Debug)]
#[command(error = PublishError)]
struct Buy {
    cents: u32,
}

#[derive(Debug, Query)]
#[query(reply = Vec<String>)]
struct ReadDiary;

/// Buys, and writes down what it hears.
struct Trader {
    name: &'static str,
    diary: Vec<String>,
}

#[actor]
impl Trader {
    #[handler]
    async fn buy(&mut self, cmd: Buy, cx: &mut Context<Self>) -> Result<(), PublishError> {
        cx.publish(Bought { trader: self.name, cents: cmd.cents }).await
    }

    /// Events come by reference: all who hear one share it.
    #[handler]
    fn hear(&mut self, event: &Bought) {
        self.diary.push(format!("{} bought for {}", event.trader, event.cents));
    }

    #[handler]
    fn go_home(&mut self, _: &MarketClosed) {
        self.diary.push("the market is closed".to_owned());
    }

    #[handler]
    fn diary(&self, _: ReadDiary) -> Vec<String> {
        self.diary.clone()
    }
}

/// Trades, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().start().await?;
    let anna = system.spawn(Trader { name: "Anna", diary: Vec::new() }).await?;
    let boris = system.spawn(Trader { name: "Boris", diary: Vec::new() }).await?;

    // Both hear what is published from here on, also before they are looked at.
    let mut stream = system.subscribe::<Bought>();
    let bargain = system.wait_for_matching::<Bought>(|event| event.cents < 60);

    anna.ask(Buy { cents: 75 }).await?;
    boris.ask(Buy { cents: 40 }).await?;
    system.publish(MarketClosed).await?;

    let mut page = String::new();
    for (name, trader) in [("Anna", anna), ("Boris", boris)] {
        writeln!(page, "{name}: {}", trader.ask(ReadDiary).await?.join(", "))?;
    }
    while let Some(event) = stream.try_next() {
        writeln!(page, "stream: {} for {}", event.trader, event.cents)?;
    }
    if let Some(event) = bargain.await {
        writeln!(page, "the first below 60: {}", event.cents)?;
    }
    system.shutdown().await;
    Ok(page)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
