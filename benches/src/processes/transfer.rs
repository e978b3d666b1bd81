//! Money is taken from one account, brought to another, and noted.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rdddy::EmbeddedStore;
use rdddy::prelude::*;
use serde::{Deserialize, Serialize};

/// Transfers that are under way at a time.
const WIDTH: u64 = 64;
/// Transfers for a millisecond of work.
const PER_MILLISECOND: u64 = 1;
const STEPS: u64 = 3;
const ACCOUNTS: u64 = 1_000;

macro_rules! messages {
    ($($command:ident => $event:ident,)+) => {$(
        #[derive(Command, Clone, Serialize, Deserialize)]
        pub(crate) struct $command {
            #[key]
            pub(crate) account: u64,
            pub(crate) transfer: u64,
            pub(crate) cents: u64,
        }

        #[derive(Event, Serialize, Deserialize)]
        pub(crate) struct $event {
            pub(crate) account: u64,
            #[tag]
            pub(crate) transfer: u64,
            pub(crate) cents: u64,
        }
    )+};
}

messages! {
    Request => Requested,
    Take => Taken,
    Bring => Brought,
    Note => Noted,
}

#[derive(Default)]
pub(crate) struct Account {
    moved: u64,
}

#[aggregate(id = u64)]
impl Account {
    #[handler]
    fn request(&self, cmd: Request) -> Requested {
        Requested { account: cmd.account, transfer: cmd.transfer, cents: cmd.cents }
    }

    #[handler]
    fn take(&self, cmd: Take) -> Taken {
        Taken { account: cmd.account, transfer: cmd.transfer, cents: cmd.cents }
    }

    #[handler]
    fn bring(&self, cmd: Bring) -> Brought {
        Brought { account: cmd.account, transfer: cmd.transfer, cents: cmd.cents }
    }

    #[handler]
    fn note(&self, cmd: Note) -> Noted {
        Noted { account: cmd.account, transfer: cmd.transfer, cents: cmd.cents }
    }

    #[apply]
    fn requested(&mut self, _: &Requested) {}

    #[apply]
    fn taken(&mut self, event: &Taken) {
        self.moved += event.cents;
    }

    #[apply]
    fn brought(&mut self, event: &Brought) {
        self.moved += event.cents;
    }

    #[apply]
    fn noted(&mut self, _: &Noted) {}
}

#[derive(Default)]
struct Transfer;

#[saga(starts_on = Requested, key = transfer)]
impl Transfer {
    #[step(irreversible = "nothing fails here")]
    fn take(&mut self, event: &Requested) -> Take {
        let Requested { account, transfer, cents } = *event;
        Take { account, transfer, cents }
    }

    #[step(on = Taken, pivot)]
    fn bring(&mut self, event: &Taken) -> Bring {
        let Taken { account, transfer, cents } = *event;
        Bring { account: (account + 1) % ACCOUNTS, transfer, cents }
    }

    #[step(on = Brought, retriable)]
    fn note(&mut self, event: &Brought) -> Note {
        let Brought { account, transfer, cents } = *event;
        Note { account, transfer, cents }
    }
}

fn request(transfer: u64) -> Request {
    Request { account: transfer % ACCOUNTS, transfer, cents: 1250 }
}

/// Steps per second, until all transfers have ended.
pub(crate) async fn by_saga(file: &Path, budget: u64) -> rdddy::Result<f64> {
    let builder = ActorSystem::builder().store(EmbeddedStore::open(file)?);
    let system = Arc::new(builder.saga::<Transfer>().start().await?);
    run(budget, move |transfer| {
        let system = Arc::clone(&system);
        async move {
            system.execute(request(transfer)).await?;
            let saga = system.saga::<Transfer>().ok_or("the saga does not run")?;
            let ended = saga.settled(&transfer.to_string()).await?;
            if ended.state == SagaState::Completed { Ok(()) } else { Err("it has failed".into()) }
        }
    })
    .await
}

/// The same commands, one after the other.
pub(crate) async fn by_hand(file: &Path, budget: u64) -> rdddy::Result<f64> {
    let system = ActorSystem::builder().store(EmbeddedStore::open(file)?).start().await?;
    let system = Arc::new(system);
    run(budget, move |transfer| {
        let system = Arc::clone(&system);
        async move {
            let Request { account, transfer, cents } = request(transfer);
            system.execute(Request { account, transfer, cents }).await?;
            system.execute(Take { account, transfer, cents }).await?;
            let account = (account + 1) % ACCOUNTS;
            system.execute(Bring { account, transfer, cents }).await?;
            system.execute(Note { account, transfer, cents }).await?;
            Ok(())
        }
    })
    .await
}

async fn run<F>(budget: u64, transfer: impl Fn(u64) -> F) -> rdddy::Result<f64>
where
    F: Future<Output = rdddy::Result<()>> + Send + 'static,
{
    let transfers = budget.saturating_mul(PER_MILLISECOND).max(WIDTH);
    let (began, mut begun) = (Instant::now(), 0);
    let mut under_way = tokio::task::JoinSet::new();
    loop {
        while begun < transfers && (under_way.len() as u64) < WIDTH {
            under_way.spawn(transfer(begun));
            begun += 1;
        }
        match under_way.join_next().await {
            Some(ended) => ended??,
            None => break,
        }
    }
    Ok((transfers * STEPS) as f64 / began.elapsed().as_secs_f64())
}
