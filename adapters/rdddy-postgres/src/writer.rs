//! The one connection that writes: it commits all that waits as one group, in one round trip.
//!
//! Each append of a group is looked at on the state that those before it leave; one that is refused
//! does the others no harm. When the statement itself fails nothing of the group is stored, and each
//! append is tried alone. When the answer is lost, [`proof`](crate::proof) finds out on the next
//! connection what became of the group; what was not stored is sent again, in its place in line.

use rdddy_core::store::{AppendError, Appended};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use tokio_postgres::{Client, Config, Statement};

use crate::error::{Closed, Fault};
use crate::group::{self, Outcome, Prepared};
use crate::limits;
use crate::proof;
use crate::queue::{Queue, Taker};
use crate::session::{Backend, Backoff, Session};
use crate::watcher;

/// An append and who waits for it.
pub(crate) struct Job {
    pub(crate) prepared: Prepared,
    pub(crate) reply: oneshot::Sender<Outcome>,
}

/// A session that is ready to write.
pub(crate) struct Pen {
    session: Session,
    commit: Statement,
}

impl Pen {
    pub(crate) async fn open(config: &Config) -> Result<Self, Fault> {
        let session = Session::open(config, drop).await?;
        let commit = group::prepare(&session.client).await?;
        Ok(Pen { session, commit })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.session.client
    }
}

pub(crate) struct Writer {
    config: Config,
    pen: Option<Pen>,
    /// The last position that this process knows of; what it stores stands after it.
    head: watch::Sender<u64>,
    /// Everything that an unanswered group stored stands after it.
    reached: u64,
}

/// What is committed together, and who waits for it.
#[derive(Default)]
struct Group {
    appends: Vec<Prepared>,
    replies: Vec<oneshot::Sender<Outcome>>,
}

impl Group {
    /// Tells everybody the same.
    fn fail(self, error: impl Fn() -> AppendError) {
        for reply in self.replies {
            let _ = reply.send(Err(error()));
        }
    }
}

impl Writer {
    pub(crate) fn new(config: Config, pen: Pen, head: watch::Sender<u64>) -> Self {
        let reached = *head.borrow();
        Writer { config, pen: Some(pen), head, reached }
    }

    /// Works until `queue` is closed and empty.
    pub(crate) async fn run(mut self, queue: &Queue<Job>) {
        let _taker = Taker(queue);
        while let Some(jobs) = queue.take(limits::GROUP_APPENDS_MAX, limits::GROUP_BYTES_MAX).await
        {
            let mut group = Group::default();
            for job in jobs {
                group.appends.push(job.prepared);
                group.replies.push(job.reply);
            }
            if let Some(whole) = self.commit(group).await {
                for (append, reply) in whole.appends.into_iter().zip(whole.replies) {
                    let alone = Group { appends: vec![append], replies: vec![reply] };
                    // A group of one is always answered.
                    let _ = self.commit(alone).await;
                }
            }
        }
    }

    /// Commits `group` and answers all of it, or gives it back to be tried one by one.
    async fn commit(&mut self, mut group: Group) -> Option<Group> {
        // The server's process that may still be at it, and since when nobody knows.
        let mut lost: Option<Backend> = None;
        let mut deadline: Option<Instant> = None;
        loop {
            if let Err(fault) = self.connect(&mut deadline).await {
                let told = Told::new(fault);
                match lost {
                    None => group.fail(|| told.unavailable()),
                    Some(_) => group.fail(|| told.unacknowledged()),
                }
                return None;
            }
            let Some(pen) = &self.pen else { continue };
            if let Some(backend) = lost {
                match proof::stored(&pen.session.client, backend, self.reached, &group.appends)
                    .await
                {
                    Ok(known) => {
                        lost = None;
                        group = self.settle(group, known);
                        if group.appends.is_empty() {
                            return None;
                        }
                    }
                    Err(fault) if fault.is_lost() => {
                        self.pen = None;
                        continue;
                    }
                    Err(fault) => {
                        let told = Told::new(fault);
                        group.fail(|| told.unacknowledged());
                        return None;
                    }
                }
            }
            let Some(pen) = &self.pen else { continue };
            match group::commit(&pen.session.client, &pen.commit, &group.appends).await {
                Ok(outcomes) => {
                    self.answer(group, outcomes);
                    return None;
                }
                Err(fault) if fault.is_lost() => {
                    tracing::warn!(?fault, "the connection was lost before a group was answered");
                    lost = self.pen.take().map(|pen| pen.session.backend);
                    let patience = Instant::now() + limits::RECONNECT_PATIENCE;
                    // A group that ends every connection is not sent for ever.
                    if *deadline.get_or_insert(patience) <= Instant::now() {
                        let told = Told::new(fault);
                        group.fail(|| told.unacknowledged());
                        return None;
                    }
                }
                Err(fault) if group.appends.len() == 1 => {
                    if let Some(reply) = group.replies.pop() {
                        let _ = reply.send(Err(fault.append()));
                    }
                    return None;
                }
                Err(_) => return Some(group),
            }
        }
    }

    /// Makes sure of a connection. It gives up for good reasons at once, else when patience ends.
    async fn connect(&mut self, deadline: &mut Option<Instant>) -> Result<(), Fault> {
        if self.pen.as_ref().is_some_and(|pen| !pen.session.client.is_closed()) {
            return Ok(());
        }
        let deadline = *deadline.get_or_insert_with(|| Instant::now() + limits::RECONNECT_PATIENCE);
        let mut backoff = Backoff::default();
        loop {
            match Pen::open(&self.config).await {
                Ok(pen) => {
                    self.pen = Some(pen);
                    return Ok(());
                }
                Err(fault) if fault.is_passing() && Instant::now() < deadline => {
                    backoff.pause().await;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Answers those whose outcome is known; the others remain.
    fn settle(&mut self, group: Group, known: Vec<Option<Appended>>) -> Group {
        let mut left = Group::default();
        let jobs = group.appends.into_iter().zip(group.replies);
        for ((append, reply), known) in jobs.zip(known) {
            match known {
                Some(appended) => {
                    self.reach(&appended);
                    let _ = reply.send(Ok(appended));
                }
                None => {
                    left.appends.push(append);
                    left.replies.push(reply);
                }
            }
        }
        self.tell();
        left
    }

    fn answer(&mut self, group: Group, outcomes: Vec<Outcome>) {
        for outcome in outcomes.iter().flatten() {
            self.reach(outcome);
        }
        self.tell();
        for (reply, outcome) in group.replies.into_iter().zip(outcomes) {
            // Nobody waits for an append whose future was dropped.
            let _ = reply.send(outcome);
        }
    }

    fn reach(&mut self, appended: &Appended) {
        if let Appended::Stored { position, .. } = appended {
            self.reached = self.reached.max(position.sequence());
        }
    }

    fn tell(&self) {
        watcher::advance(&self.head, self.reached);
    }
}

/// A fault that several callers are told.
struct Told(Fault, String);

impl Told {
    fn new(fault: Fault) -> Self {
        let text = format!("{fault:?}");
        Told(fault, text)
    }

    fn cause(&self) -> Closed {
        Closed::Down(self.1.clone())
    }

    fn unavailable(&self) -> AppendError {
        let source = self.cause().into();
        if self.0.is_passing() {
            AppendError::Unavailable { source }
        } else {
            AppendError::Refused { source }
        }
    }

    fn unacknowledged(&self) -> AppendError {
        AppendError::Unacknowledged { source: self.cause().into() }
    }
}
