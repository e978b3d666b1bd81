//! Connections that read: each is opened again whenever it is lost, and has a thread of its own. What is
//! asked of it is answered there: an answer comes in many pieces, and only the whole is handed over.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use rdddy_core::store::ReadError;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio_postgres::Config;

use crate::error::{Closed, Fault, OpenError};
use crate::reader::Reader;
use crate::session::{Backoff, Session};
use crate::thread;

/// What is known of one connection.
#[derive(Clone)]
enum State {
    /// It is being made.
    Opening,
    Up(Arc<Reader>),
    /// The last attempt to make it failed; others follow.
    Down(Closed),
}

/// One connection, and where it is asked.
struct Link {
    state: watch::Receiver<State>,
    thread: Handle,
}

/// Their threads, which end when this is dropped.
pub(crate) struct Threads {
    open: Option<watch::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

/// All of them, used in turn.
#[derive(Clone)]
pub(crate) struct Links {
    links: Arc<[Link]>,
    next: Arc<AtomicUsize>,
}

/// Opens `count` connections, and keeps them up.
pub(crate) fn open(config: &Config, count: usize) -> Result<(Links, Threads), OpenError> {
    let (open, is_open) = watch::channel(());
    let (mut links, mut threads) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let runtime = thread::runtime()?;
        let (sender, state) = watch::channel(State::Opening);
        links.push(Link { state, thread: runtime.handle().clone() });
        let (config, mut is_open) = (config.clone(), is_open.clone());
        threads.push(thread::start("rdddy-postgres-read", move || {
            runtime.block_on(async {
                let mut keeping = JoinSet::new();
                keeping.spawn(keep(config, sender));
                // Nothing is sent: it ends.
                let _ = is_open.changed().await;
            });
        })?);
    }
    let links = Links { links: links.into(), next: Arc::default() };
    Ok((links, Threads { open: Some(open), threads }))
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.open = None;
        for thread in self.threads.drain(..) {
            // What a thread was asked that panicked has ended.
            let _ = thread.join();
        }
    }
}

/// Keeps one connection up.
async fn keep(config: Config, state: watch::Sender<State>) {
    let mut backoff = Backoff::default();
    loop {
        match connect(&config).await {
            Ok((reader, mut driver)) => {
                backoff = Backoff::default();
                state.send_replace(State::Up(Arc::new(reader)));
                while driver.join_next().await.is_some() {}
                state.send_replace(State::Opening);
            }
            Err(fault) => {
                state.send_replace(State::Down(Closed::Down(format!("{fault:?}"))));
                backoff.pause().await;
            }
        }
    }
}

async fn connect(config: &Config) -> Result<(Reader, JoinSet<()>), Fault> {
    let Session { client, driver, .. } = Session::open(config, drop).await?;
    Ok((Reader::new(client).await?, driver))
}

/// Ends what nobody waits for any more.
struct UnlessDropped(AbortHandle);

impl Drop for UnlessDropped {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Links {
    /// Asks one that is up; waits for one that is being made.
    pub(crate) async fn ask<T, F>(
        &self,
        ask: impl FnOnce(Arc<Reader>) -> F + Send,
    ) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let (reader, thread) = self.reader().await.map_err(Fault::read)?;
        let asking = thread.spawn(ask(reader));
        let _unless_dropped = UnlessDropped(asking.abort_handle());
        match asking.await {
            Ok(answer) => answer.map_err(Fault::read),
            Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            Err(_) => Err(Fault::Down(Closed::Gone).read()),
        }
    }

    async fn reader(&self) -> Result<(Arc<Reader>, Handle), Fault> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let gone = || Fault::Down(Closed::Gone);
        let link = self.links.get(turn % self.links.len().max(1)).ok_or_else(gone)?;
        let mut state = link.state.clone();
        let ready = |state: &State| match state {
            State::Opening => false,
            State::Up(reader) => !reader.is_closed(),
            State::Down(_) => true,
        };
        match &*state.wait_for(ready).await.map_err(|_| gone())? {
            State::Up(reader) => Ok((Arc::clone(reader), link.thread.clone())),
            State::Down(cause) => Err(Fault::Down(cause.clone())),
            State::Opening => Err(gone()),
        }
    }
}
