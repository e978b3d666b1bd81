//! One address for several actors: a message goes to one of them, or to each.

mod pool;
mod routing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use super::error::{AskError, SendError};
use super::event::DeadReason;
use super::recipient::{Asking, Recipient};
use crate::message::Request;
use routing::{Rule, rendezvous};

pub use pool::Pool;
pub use routing::Routing;

/// One address for several actors that handle `M`, of whatever types.
///
/// Members that have ended are passed over. One that is being restarted is not: its messages wait
/// for its next life. Cloning a router is cheap, and clones take turns together.
///
/// ```
/// # use rdddy_core::__private::{Context, Kind, Message, OutcomeOf, Outcome, Request, Sealed};
/// use rdddy_core::runtime::{Actor, ActorSystem, Handler, Router, Routing};
/// # struct Greet;
/// # impl Sealed for Greet {}
/// # impl Message for Greet {
/// #     const KIND: Kind = Kind::Query;
/// #     const VERSION: u32 = 1;
/// #     fn name() -> &'static str { "docs.Greet" }
/// # }
/// # impl Request for Greet {
/// #     type Reply = &'static str;
/// #     type Error = std::convert::Infallible;
/// # }
/// # struct Greeter(&'static str);
/// # impl Actor for Greeter { const NAME: &'static str = "Greeter"; }
/// # impl Handler<Greet> for Greeter {
/// #     async fn handle(&mut self, _: Greet, _: &mut Context<Self>) -> OutcomeOf<Greet> {
/// #         Outcome::Reply(self.0)
/// #     }
/// # }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let system = ActorSystem::builder().start().await?;
/// let here = system.spawn(Greeter("hello")).await?;
/// let there = system.spawn(Greeter("good day")).await?;
///
/// let greeters = Router::new([here.recipient(), there.recipient()], Routing::round_robin());
/// assert_eq!(greeters.ask(Greet).await?, "hello");
/// assert_eq!(greeters.ask(Greet).await?, "good day");
/// # Ok(())
/// # }) }
/// ```
pub struct Router<M: Request>(Arc<Inner<M>>);

struct Inner<M: Request> {
    members: Vec<Recipient<M>>,
    routing: Routing<M>,
    next: AtomicUsize,
}

impl<M: Request> Router<M> {
    /// A router to these members. A member that is named twice has two turns.
    #[must_use]
    pub fn new(members: impl IntoIterator<Item = Recipient<M>>, routing: Routing<M>) -> Self {
        let members = members.into_iter().collect();
        Router(Arc::new(Inner { members, routing, next: AtomicUsize::new(0) }))
    }

    /// Sends a message to the member that the rule chooses, or to each if it is to broadcast. Waits
    /// for room where that member's overflow policy says so.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message: [`SendError::Stopped`] when every member has ended, otherwise
    /// as for [`ActorRef::tell`](super::ActorRef::tell). A broadcast succeeds when one member takes
    /// the message; for each of the others that does not, it is a dead letter.
    ///
    /// # Cancel safety
    ///
    /// When the future is dropped before it is ready, the message was not sent; a broadcast may have
    /// reached some of the members.
    pub async fn tell(&self, message: M) -> Result<(), SendError<M>> {
        if let Rule::Broadcast(copy) = self.0.routing.0 {
            return self.broadcast(message, copy).await;
        }
        let mut message = message;
        while let Some(member) = self.0.choose(&message) {
            match member.tell(message).await {
                // It ended just now: who is left?
                Err(SendError::Stopped(back)) => message = back,
                other => return other,
            }
        }
        Err(SendError::Stopped(message))
    }

    /// Sends a message if there is room for it right now. Where the rule does not bind the message to
    /// one member, it goes to the next that has room.
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, as for [`Router::tell`]; [`SendError::Full`] instead of
    /// waiting.
    pub fn try_tell(&self, message: M) -> Result<(), SendError<M>> {
        if let Rule::Broadcast(copy) = self.0.routing.0 {
            let results = self.live().map(|member| (member, member.try_tell(copy(&message))));
            return settle(results.collect(), message);
        }
        let mut message = message;
        while let Some(member) = self.0.choose(&message) {
            match member.try_tell(message) {
                Err(SendError::Stopped(back)) => message = back,
                Err(SendError::Full(back)) => return self.try_others(member, back),
                other => return other,
            }
        }
        Err(SendError::Stopped(message))
    }

    fn try_others(&self, full: &Recipient<M>, message: M) -> Result<(), SendError<M>> {
        let mut message = message;
        if !matches!(self.0.routing.0, Rule::ConsistentHash(_)) {
            for member in self.live().filter(|member| member.id() != full.id()) {
                match member.try_tell(message) {
                    Ok(()) => return Ok(()),
                    Err(refused) => message = refused.into_message(),
                }
            }
        }
        Err(SendError::Full(message))
    }

    /// Sends a message and waits for its answer, as [`ActorRef::ask`](super::ActorRef::ask) does.
    ///
    /// A router that broadcasts asks every member and returns the first reply; the others handle the
    /// message all the same. See [`Router::ask_all`] for all the replies.
    ///
    /// # Errors
    ///
    /// [`AskError`] when there is no reply; [`AskError::Stopped`] with the message when every member
    /// has ended.
    pub async fn ask(&self, message: M) -> Result<M::Reply, AskError<M>> {
        if let Rule::Broadcast(copy) = self.0.routing.0 {
            return self.first_reply(message, copy).await;
        }
        let mut message = message;
        while let Some(member) = self.0.choose(&message) {
            match member.ask(message).await {
                Err(AskError::Stopped(back)) => message = back,
                other => return other,
            }
        }
        Err(AskError::Stopped(message))
    }

    /// Asks every member, whatever the rule: their answers, in the order of the members. Those that
    /// have ended are passed over.
    pub async fn ask_all(&self, message: M) -> Vec<Result<M::Reply, AskError<M>>>
    where
        M: Clone,
    {
        join(self.live().map(|member| member.ask_owned(message.clone())).collect()).await
    }

    async fn broadcast(&self, message: M, copy: fn(&M) -> M) -> Result<(), SendError<M>> {
        let members: Vec<_> = self.live().collect();
        let sending = members.iter().map(|member| member.tell_owned(copy(&message))).collect();
        let results = join(sending).await;
        settle(members.into_iter().zip(results).collect(), message)
    }

    async fn first_reply(&self, message: M, copy: fn(&M) -> M) -> Result<M::Reply, AskError<M>> {
        let members: Vec<_> = self.live().collect();
        let Some(first) = members.first() else { return Err(AskError::Stopped(message)) };
        let asking = members.iter().map(|member| member.ask_owned(copy(&message))).collect();
        let mut race = Race { asking, last: None };
        let reply = race.reply().await;
        if !race.asking.is_empty() {
            // Dropped, they would be dead letters where their turn has not come yet.
            first.system().run(async move { drop(join(race.asking).await) });
        }
        reply.unwrap_or(Err(AskError::Stopped(message)))
    }

    fn live(&self) -> impl Iterator<Item = &Recipient<M>> {
        self.0.members.iter().filter(|member| member.is_alive())
    }

    /// All members, also those that have ended.
    #[must_use]
    pub fn members(&self) -> &[Recipient<M>] {
        &self.0.members
    }

    /// Whether there is a member that has not ended.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.live().next().is_some()
    }
}

impl<M: Request> Inner<M> {
    /// Who gets `message`; `None` when every member has ended.
    fn choose(&self, message: &M) -> Option<&Recipient<M>> {
        match &self.routing.0 {
            Rule::Random => {
                let live: Vec<_> = self.members.iter().filter(|m| m.is_alive()).collect();
                let drawn = live.first()?.system().below(live.len() as u64);
                usize::try_from(drawn).ok().and_then(|at| live.get(at).copied())
            }
            Rule::LeastLoaded => self.in_turn().min_by_key(|member| member.load()),
            Rule::ConsistentHash(key) => {
                let live = || self.members.iter().filter(|member| member.is_alive());
                let chosen = rendezvous(key(message), live().map(Recipient::id))?;
                self.members.iter().find(|member| member.id() == chosen)
            }
            Rule::RoundRobin | Rule::Broadcast(_) => self.in_turn().next(),
        }
    }

    /// The members that have not ended, beginning with the one whose turn it is.
    fn in_turn(&self) -> impl Iterator<Item = &Recipient<M>> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let begin = turn.checked_rem(self.members.len()).unwrap_or(0);
        let (before, from) = self.members.split_at(begin);
        from.iter().chain(before).filter(|member| member.is_alive())
    }
}

/// What became of a broadcast at each member.
type Results<'a, M> = Vec<(&'a Recipient<M>, Result<(), SendError<M>>)>;

/// What a broadcast comes to: good when one member took the message, and then a dead letter for
/// each that did not.
fn settle<M: Request>(results: Results<'_, M>, message: M) -> Result<(), SendError<M>> {
    let taken = results.iter().any(|(_, result)| result.is_ok());
    let mut full = None;
    for (member, result) in results {
        let (reason, error): (_, fn(M) -> SendError<M>) = match result {
            Ok(()) => continue,
            Err(SendError::Stopped(_)) => (DeadReason::Stopped, SendError::Stopped),
            Err(SendError::Full(_)) => (DeadReason::Overflow, SendError::Full),
            Err(SendError::TimedOut(_)) => (DeadReason::NoRoom, SendError::TimedOut),
        };
        if taken {
            member.bury(reason);
        } else if reason != DeadReason::Stopped {
            full = Some(error);
        }
    }
    if taken { Ok(()) } else { Err(full.unwrap_or(SendError::Stopped)(message)) }
}

/// The outputs of `futures`, which run side by side, in their order.
async fn join<F: Future + Unpin>(futures: Vec<F>) -> Vec<F::Output> {
    let mut open: Vec<_> = futures.into_iter().map(Ok).collect();
    poll_fn(|cx| {
        let mut pending = false;
        for slot in &mut open {
            if let Ok(future) = slot {
                match std::pin::Pin::new(future).poll(cx) {
                    Poll::Ready(out) => *slot = Err(out),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    open.into_iter().filter_map(Result::err).collect()
}

/// Asks of which the first reply counts.
struct Race<M: Request> {
    asking: Vec<Asking<M>>,
    last: Option<AskError<M>>,
}

impl<M: Request> Race<M> {
    /// The first reply, or the last error. Each ask was begun by then.
    async fn reply(&mut self) -> Option<Result<M::Reply, AskError<M>>> {
        poll_fn(|cx| {
            let (mut reply, last) = (None, &mut self.last);
            self.asking.retain_mut(|asking| match asking.as_mut().poll(cx) {
                Poll::Pending => true,
                Poll::Ready(Ok(answer)) => {
                    reply.get_or_insert(answer);
                    false
                }
                Poll::Ready(Err(error)) => {
                    *last = Some(error);
                    false
                }
            });
            match reply {
                Some(reply) => Poll::Ready(Some(Ok(reply))),
                None if self.asking.is_empty() => Poll::Ready(self.last.take().map(Err)),
                None => Poll::Pending,
            }
        })
        .await
    }
}

impl<M: Request> Clone for Router<M> {
    fn clone(&self) -> Self {
        Router(Arc::clone(&self.0))
    }
}

impl<M: Request> fmt::Debug for Router<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { members, routing, next: _ } = &*self.0;
        write!(f, "Router<{}>({routing:?} of {})", M::name(), members.len())
    }
}
