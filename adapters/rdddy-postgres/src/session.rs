//! One connection to the server, with the settings that the promises rest on.

use std::future::poll_fn;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Notification, Socket};

use crate::error::{Fault, OpenError};
use crate::{limits, schema};

/// The oldest server that is supported.
const SERVER_MIN: (i32, &str) = (150_000, "15");

/// A commit is acknowledged when it is on the disk of the server at least, and each statement sees
/// what was committed before it. Statements are small: compiling one takes longer than a page of events.
///
/// Each is planned once, perhaps while the tables are empty, and there is an index for all of them:
/// without these settings a plan that suits ten events reads a whole category for each of a million.
const SETTINGS: &str = "\
    set default_transaction_isolation = 'read committed'; \
    set default_transaction_read_only = off; \
    set jit = off; \
    set plan_cache_mode = force_generic_plan; \
    set enable_seqscan = off; \
    set enable_bitmapscan = off; \
    set enable_sort = off; \
    set enable_hashjoin = off; \
    set enable_mergejoin = off; \
    select set_config('synchronous_commit', 'on', false) \
      where current_setting('synchronous_commit') = 'off'";

/// A connection that is being driven.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// Identifies it on the server, for the one after it.
    pub(crate) backend: Backend,
    /// Ends with the connection, and the connection with it.
    pub(crate) driver: JoinSet<()>,
}

/// A process of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backend {
    pub(crate) pid: i32,
    pub(crate) started: i64,
}

/// What an address says, completed.
pub(crate) fn config(address: &str) -> Result<Config, OpenError> {
    let mut config: Config = address
        .parse()
        .map_err(|source: tokio_postgres::Error| OpenError::Address { source: source.into() })?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(limits::CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(limits::SILENCE_MAX);
    }
    if config.get_application_name().is_none() {
        config.application_name("rdddy");
    }
    Ok(config)
}

impl Session {
    /// Connects to a store whose tables are there.
    pub(crate) async fn open(
        config: &Config,
        hear: impl FnMut(Notification) + Send + 'static,
    ) -> Result<Self, Fault> {
        // The server may take a connection and then say nothing.
        let opening = async {
            let session = Session::connect(config, hear).await?;
            schema::check(&session.client).await?;
            Ok(session)
        };
        let slow = |_| Fault::Open(OpenError::Unavailable { source: "it does not answer".into() });
        tokio::time::timeout(limits::CONNECT_TIMEOUT * 2, opening).await.map_err(slow)?
    }

    /// Connects to a database, whatever is in it.
    pub(crate) async fn connect(
        config: &Config,
        hear: impl FnMut(Notification) + Send + 'static,
    ) -> Result<Self, Fault> {
        let (client, connection) = config.connect(NoTls).await?;
        let mut driver = JoinSet::new();
        driver.spawn(drive(connection, hear));
        let row = client
            .query_one(
                "select current_setting('server_version_num')::int, \
                 current_setting('server_version'), pid, \
                 (extract(epoch from backend_start) * 1000000)::bigint \
                 from pg_stat_activity where pid = pg_backend_pid()",
                &[],
            )
            .await?;
        if row.try_get::<_, i32>(0)? < SERVER_MIN.0 {
            let (found, required) = (row.try_get(1)?, SERVER_MIN.1);
            return Err(Fault::Open(OpenError::OldServer { found, required }));
        }
        let backend = Backend { pid: row.try_get(2)?, started: row.try_get(3)? };
        client.batch_execute(SETTINGS).await?;
        Ok(Session { client, backend, driver })
    }
}

async fn drive(
    mut connection: tokio_postgres::Connection<Socket, tokio_postgres::tls::NoTlsStream>,
    mut hear: impl FnMut(Notification),
) {
    loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notification(heard))) => hear(heard),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(%error, "a connection to the PostgreSQL server ended");
                return;
            }
            None => return,
        }
    }
}

/// Pauses between attempts to connect.
#[derive(Default)]
pub(crate) struct Backoff(Option<Duration>);

impl Backoff {
    pub(crate) async fn pause(&mut self) {
        let pause = self.0.map_or(limits::BACKOFF_MIN, |last| last * 2).min(limits::BACKOFF_MAX);
        self.0 = Some(pause);
        sleep(pause).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "it runs on the store's own thread, on its own runtime"
)]
pub(crate) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}
