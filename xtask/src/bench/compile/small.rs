//! The smallest useful program: one actor, one command, one query.

/// With rdddy.
pub(super) fn rdddy() -> String {
    r#"use rdddy::prelude::*;

#[derive(Command)]
struct Add {
    amount: u64,
}

#[derive(Query)]
#[query(reply = u64)]
struct Total;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, add: Add) {
        self.total += add.amount;
    }

    #[handler]
    fn total(&self, _: Total) -> u64 {
        self.total
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::builder().start().await?;
    let counter = system.spawn(Counter::default()).await?;
    counter.tell(Add { amount: 2 }).await?;
    println!("{}", counter.ask(Total).await?);
    system.shutdown().await;
    Ok(())
}
"#
    .to_owned()
}

/// With kameo.
pub(super) fn kameo() -> String {
    r#"use kameo::prelude::*;

struct Add {
    amount: u64,
}

struct Total;

#[derive(Actor, Default)]
struct Counter {
    total: u64,
}

impl Message<Add> for Counter {
    type Reply = ();

    async fn handle(&mut self, add: Add, _: &mut Context<Self, ()>) {
        self.total += add.amount;
    }
}

impl Message<Total> for Counter {
    type Reply = u64;

    async fn handle(&mut self, _: Total, _: &mut Context<Self, u64>) -> u64 {
        self.total
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = Counter::spawn(Counter::default());
    counter.tell(Add { amount: 2 }).await?;
    println!("{}", counter.ask(Total).await?);
    counter.stop_gracefully().await?;
    counter.wait_for_shutdown().await;
    Ok(())
}
"#
    .to_owned()
}
