//! Routers: one address for several actors.
//!
//! Run it: `cargo run --example router`
//!
//! What you see: a pool of three agents takes tickets in turn; then each customer keeps the agent who
//! knows them, and when one agent leaves, only that agent's customers get another one; a question to
//! all agents at once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rdddy::prelude::*;

bounded_context!("support");

const CUSTOMERS: [&str; 8] = ["Ada", "Bo", "Chidi", "Dmitri", "Elena", "Farah", "Greta", "Hugo"];

/// Answered with who took it.
#[derive(Command, Debug)]
#[command(reply = ActorId)]
struct Ticket {
    customer: &'static str,
}

/// To every agent: how many tickets it took.
#[derive(Clone, Debug, Query)]
#[query(reply = u32)]
struct CountTickets;

#[derive(Default)]
struct Agent {
    tickets: u32,
}

#[actor]
impl Agent {
    #[handler]
    fn take(&mut self, _: Ticket, cx: &mut Context<Self>) -> ActorId {
        self.tickets += 1;
        cx.id()
    }

    #[handler]
    fn count(&self, _: CountTickets) -> u32 {
        self.tickets
    }
}

/// Who takes the tickets of whom.
async fn agents(router: &Router<Ticket>) -> rdddy::Result<BTreeMap<&'static str, ActorId>> {
    let mut agents = BTreeMap::new();
    for customer in CUSTOMERS {
        agents.insert(customer, router.ask(Ticket { customer }).await?);
    }
    Ok(agents)
}

/// Routes, and returns what is to be printed.
pub(crate) async fn run() -> rdddy::Result<String> {
    let system = ActorSystem::builder().start().await?;
    let pool = system.spawn_pool(3, Agent::default, Routing::round_robin()).await?;

    let mut page = String::from("in turn:");
    for customer in CUSTOMERS {
        let taken_by = pool.ask(Ticket { customer }).await?;
        let agent = pool.members().iter().position(|agent| agent.id() == taken_by);
        write!(page, " {}", agent.map_or(0, |agent| agent + 1))?;
    }

    // Other routers to the same agents.
    let by_customer = pool.route(Routing::consistent_hash(|ticket: &Ticket| ticket.customer));
    let everybody = pool.route::<CountTickets>(Routing::broadcast());

    let first = agents(&by_customer).await?;
    let again = agents(&by_customer).await?;
    writeln!(page, "\nby customer, the same agent every time: {}", first == again)?;

    let mut tickets = 0;
    for counted in everybody.ask_all(CountTickets).await {
        tickets += counted?;
    }
    writeln!(page, "tickets, all agents together: {tickets}")?;

    let [leaving, ..] = pool.members() else { return Ok(page) };
    leaving.stop();
    leaving.stopped().await;
    let after = agents(&by_customer).await?;
    let mut stayed = first.iter().filter(|(_, agent)| **agent != leaving.id());
    let kept = stayed.all(|(customer, agent)| after.get(customer) == Some(agent));
    writeln!(page, "one agent left, the others kept their customers: {kept}")?;
    writeln!(page, "agents who answer now: {}", everybody.ask_all(CountTickets).await.len())?;

    system.shutdown().await;
    Ok(page)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "this is what an example is for")]
async fn main() -> rdddy::Result<()> {
    print!("{}", run().await?);
    Ok(())
}
