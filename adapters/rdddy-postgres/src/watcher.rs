//! Hears what is stored, by whichever process: told by the server, and by looking now and then.

use tokio::sync::watch;
use tokio_postgres::Config;

use crate::error::Fault;
use crate::limits;
use crate::reader;
use crate::session::{Backoff, Session, sleep};

/// Tells `head` for as long as anybody listens.
pub(crate) async fn watch(config: Config, head: watch::Sender<u64>) {
    let mut backoff = Backoff::default();
    loop {
        // What was stored while nobody listened is found by the first look.
        if let Err(fault) = listen(&config, &head, &mut backoff).await {
            tracing::debug!(?fault, "the connection that hears of new events is lost");
        }
        backoff.pause().await;
    }
}

async fn listen(
    config: &Config,
    head: &watch::Sender<u64>,
    backoff: &mut Backoff,
) -> Result<(), Fault> {
    let told = head.clone();
    let session = Session::open(config, move |notification| {
        if let Ok(position) = notification.payload().parse() {
            advance(&told, position);
        }
    })
    .await?;
    let client = &session.client;
    let channel = "select 'rdddy_' || 'rdddy_events'::regclass::oid";
    let channel: String = client.query_one(channel, &[]).await?.try_get(0)?;
    client.batch_execute(&format!("listen \"{channel}\"")).await?;
    *backoff = Backoff::default();
    loop {
        advance(head, reader::head(client, "select position from rdddy_head").await?.sequence());
        sleep(limits::POLL_PERIOD).await;
    }
}

pub(crate) fn advance(head: &watch::Sender<u64>, position: u64) {
    head.send_if_modified(|head| {
        let news = position > *head;
        *head = position.max(*head);
        news
    });
}
