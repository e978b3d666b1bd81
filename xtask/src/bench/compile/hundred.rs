//! A hundred actors of ten handlers each: seven commands and three queries, all of them sent.

use std::fmt::Write as _;
use std::ops::Range;

const ACTORS: usize = 100;
const COMMANDS: Range<usize> = 0..7;
const QUERIES: Range<usize> = 7..10;

/// Repeats `template` for each number, which stands in it as `@`.
fn each(numbers: Range<usize>, template: &str) -> String {
    numbers.map(|number| template.replace('@', &number.to_string())).collect()
}

/// A module for each actor, and a `main` that runs them all.
fn program(actor: &str, main: &str, run: &str) -> String {
    let mut source = String::new();
    let mut calls = String::new();
    for number in 0..ACTORS {
        // Writing into a `String` cannot fail.
        let _ = write!(source, "mod actor_{number} {{\n{actor}}}\n\n");
        let _ = writeln!(calls, "    sum += {};", run.replace('@', &number.to_string()));
    }
    source + &main.replace("@CALLS", &calls)
}

/// With a task, an enum and a typed handle for each actor, as one writes it by hand.
pub(super) fn hand_written() -> String {
    let messages = each(COMMANDS, "    pub struct Command@ {\n        pub amount: u64,\n    }\n")
        + &each(QUERIES, "    pub struct Query@ {\n        pub plus: u64,\n    }\n");
    let variants = each(COMMANDS, "        Command@(Command@),\n")
        + &each(QUERIES, "        Query@(Query@, oneshot::Sender<u64>),\n");
    let methods = each(
        COMMANDS,
        "        fn command@(&mut self, command: Command@) {\n            self.total += command.amount + @;\n        }\n",
    ) + &each(
        QUERIES,
        "        fn query@(&self, query: Query@) -> u64 {\n            self.total + query.plus + @\n        }\n",
    );
    let arms = each(
        COMMANDS,
        "                    Message::Command@(command) => worker.command@(command),\n",
    ) + &each(
        QUERIES,
        "                    Message::Query@(query, reply) => {\n                        let _ = reply.send(worker.query@(query));\n                    }\n",
    );
    let handle = each(
        COMMANDS,
        "        pub async fn command@(&self, command: Command@) -> Result<(), Stopped> {\n            self.0.send(Message::Command@(command)).await.map_err(|_| Stopped)\n        }\n",
    ) + &each(
        QUERIES,
        "        pub async fn query@(&self, query: Query@) -> Result<u64, Stopped> {\n            let (reply, answer) = oneshot::channel();\n            self.0.send(Message::Query@(query, reply)).await.map_err(|_| Stopped)?;\n            answer.await.map_err(|_| Stopped)\n        }\n",
    );
    let sends = each(COMMANDS, "        worker.command@(Command@ { amount: @ }).await?;\n")
        + &each(QUERIES, "        sum += worker.query@(Query@ { plus: @ }).await?;\n");
    let actor = format!(
        "    use super::Stopped;
    use tokio::sync::{{mpsc, oneshot}};

{messages}
    enum Message {{
{variants}    }}

    #[derive(Default)]
    struct Worker {{
        total: u64,
    }}

    impl Worker {{
{methods}    }}

    pub struct Handle(mpsc::Sender<Message>);

    pub fn spawn() -> Handle {{
        let (sender, mut mailbox) = mpsc::channel(64);
        tokio::spawn(async move {{
            let mut worker = Worker::default();
            while let Some(message) = mailbox.recv().await {{
                match message {{
{arms}                }}
            }}
        }});
        Handle(sender)
    }}

    impl Handle {{
{handle}    }}

    pub async fn run() -> Result<u64, Stopped> {{
        let worker = spawn();
        let mut sum = 0;
{sends}        Ok(sum)
    }}
"
    );
    let main = "use std::fmt;

#[derive(Debug)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(\"the actor has stopped\")
    }
}

impl std::error::Error for Stopped {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sum = 0;
@CALLS    println!(\"{sum}\");
    Ok(())
}
";
    program(&actor, main, "actor_@::run().await?")
}

/// With rdddy.
pub(super) fn rdddy() -> String {
    let messages = each(
        COMMANDS,
        "    #[derive(Command)]\n    pub struct Command@ {\n        pub amount: u64,\n    }\n",
    ) + &each(
        QUERIES,
        "    #[derive(Query)]\n    #[query(reply = u64)]\n    pub struct Query@ {\n        pub plus: u64,\n    }\n",
    );
    let handlers = each(
        COMMANDS,
        "        #[handler]\n        fn command@(&mut self, command: Command@) {\n            self.total += command.amount + @;\n        }\n",
    ) + &each(
        QUERIES,
        "        #[handler]\n        fn query@(&self, query: Query@) -> u64 {\n            self.total + query.plus + @\n        }\n",
    );
    let sends = each(COMMANDS, "        worker.tell(Command@ { amount: @ }).await?;\n")
        + &each(QUERIES, "        sum += worker.ask(Query@ { plus: @ }).await?;\n");
    let actor = format!(
        "    use rdddy::prelude::*;

{messages}
    #[derive(Default)]
    pub struct Worker {{
        total: u64,
    }}

    #[actor]
    impl Worker {{
{handlers}    }}

    pub async fn run(system: &ActorSystem) -> Result<u64, Box<dyn std::error::Error>> {{
        let worker = system.spawn(Worker::default()).await?;
        let mut sum = 0;
{sends}        Ok(sum)
    }}
"
    );
    let main = "use rdddy::prelude::*;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = ActorSystem::builder().start().await?;
    let mut sum = 0;
@CALLS    println!(\"{sum}\");
    Ok(())
}
";
    program(&actor, main, "actor_@::run(&system).await?")
}

/// With kameo.
pub(super) fn kameo() -> String {
    let messages = each(
        COMMANDS,
        "    pub struct Command@ {
        pub amount: u64,
    }
    impl Message<Command@> for Worker {
        type Reply = ();
        async fn handle(&mut self, command: Command@, _: &mut Context<Self, ()>) {
            self.total += command.amount + @;
        }
    }
",
    ) + &each(
        QUERIES,
        "    pub struct Query@ {
        pub plus: u64,
    }
    impl Message<Query@> for Worker {
        type Reply = u64;
        async fn handle(&mut self, query: Query@, _: &mut Context<Self, u64>) -> u64 {
            self.total + query.plus + @
        }
    }
",
    );
    let sends = each(COMMANDS, "        worker.tell(Command@ { amount: @ }).await?;\n")
        + &each(QUERIES, "        sum += worker.ask(Query@ { plus: @ }).await?;\n");
    let actor = format!(
        "    use kameo::prelude::*;

    #[derive(Actor, Default)]
    pub struct Worker {{
        total: u64,
    }}

{messages}
    pub async fn run() -> Result<u64, Box<dyn std::error::Error>> {{
        let worker = Worker::spawn(Worker::default());
        let mut sum = 0;
{sends}        Ok(sum)
    }}
"
    );
    let main = "#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sum = 0;
@CALLS    println!(\"{sum}\");
    Ok(())
}
";
    program(&actor, main, "actor_@::run().await?")
}
