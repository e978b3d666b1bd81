//! smoke
use rdddy::prelude::*;

#[derive(Command, Debug)]
struct Add(u64);
#[derive(Query, Debug)]
#[query(reply = u64)]
struct Total;
#[derive(Event, Debug)]
struct Reset;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[handler]
    fn add(&mut self, cmd: Add) {
        self.total += cmd.0;
    }
    #[handler]
    async fn total(&self, _: Total) -> u64 {
        self.total
    }
    #[handler]
    fn reset(&mut self, _: &Reset) {
        self.total = 0;
    }
}

#[tokio::main]
async fn main() -> rdddy::Result<()> {
    let system = ActorSystem::builder().start().await?;
    let counter = system.spawn(Counter::default()).await?;
    for _ in 0..1000 {
        counter.tell(Add(1)).await?;
    }
    println!("{}", counter.ask(Total).await?);
    system.publish(Reset).await?;
    println!("{}", counter.ask(Total).await?);
    println!("{}", system.tree());
    println!("{:?}", system.shutdown().await);
    Ok(())
}
