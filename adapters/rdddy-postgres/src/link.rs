//! Connections that read: each is opened again whenever it is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;
use tokio_postgres::Config;

use crate::error::{Closed, Fault};
use crate::reader::Reader;
use crate::session::{Backoff, Session};

/// What is known of one connection.
#[derive(Clone)]
pub(crate) enum Link {
    /// It is being made.
    Opening,
    Up(Arc<Reader>),
    /// The last attempt to make it failed; others follow.
    Down(Closed),
}

/// Keeps one connection up.
pub(crate) async fn keep(config: Config, link: watch::Sender<Link>) {
    let mut backoff = Backoff::default();
    loop {
        match open(&config).await {
            Ok((reader, mut driver)) => {
                backoff = Backoff::default();
                link.send_replace(Link::Up(Arc::new(reader)));
                while driver.join_next().await.is_some() {}
                link.send_replace(Link::Opening);
            }
            Err(fault) => {
                link.send_replace(Link::Down(Closed::Down(format!("{fault:?}"))));
                backoff.pause().await;
            }
        }
    }
}

async fn open(config: &Config) -> Result<(Reader, tokio::task::JoinSet<()>), Fault> {
    let Session { client, driver, .. } = Session::open(config, drop).await?;
    Ok((Reader::new(client).await?, driver))
}

/// All of them, used in turn.
#[derive(Clone)]
pub(crate) struct Links {
    links: Arc<[watch::Receiver<Link>]>,
    next: Arc<AtomicUsize>,
}

impl Links {
    pub(crate) fn new(links: Vec<watch::Receiver<Link>>) -> Self {
        Links { links: links.into(), next: Arc::default() }
    }

    /// One that is up; waits for one that is being made.
    pub(crate) async fn reader(&self) -> Result<Arc<Reader>, Fault> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let gone = || Fault::Down(Closed::Gone);
        let link = self.links.get(turn % self.links.len().max(1)).ok_or_else(gone)?;
        let mut link = link.clone();
        let ready = |link: &Link| match link {
            Link::Opening => false,
            Link::Up(reader) => !reader.is_closed(),
            Link::Down(_) => true,
        };
        match &*link.wait_for(ready).await.map_err(|_| gone())? {
            Link::Up(reader) => Ok(Arc::clone(reader)),
            Link::Down(cause) => Err(Fault::Down(cause.clone())),
            Link::Opening => Err(gone()),
        }
    }
}
