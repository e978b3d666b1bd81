//! Several actors of one type behind one router.

use std::fmt;
use std::sync::Arc;

use super::{Router, Routing};
use crate::limits;
use crate::message::Request;
use crate::runtime::actor::Actor;
use crate::runtime::actor_ref::ActorRef;
use crate::runtime::actor_system::ActorSystem;
use crate::runtime::error::{AskError, BadConfig, SendError, SpawnError};
use crate::runtime::handler::Handler;
use crate::runtime::props::Props;

/// Several actors of one type that share the messages `M`.
///
/// Each is built by the same function and supervised like any other actor: one that fails is
/// restarted, keeps what waits for it, and stays a member all along.
pub struct Pool<A: Actor, M: Request> {
    members: Arc<[ActorRef<A>]>,
    router: Router<M>,
}

impl ActorSystem {
    /// Starts `members` actors that `build` builds, and routes messages of one type among them.
    /// Further types: [`Pool::route`].
    ///
    /// # Errors
    ///
    /// [`SpawnError::Config`] when there are no members, or more than
    /// [`limits::POOL_MEMBERS_MAX`]; otherwise as for [`ActorSystem::spawn`], and then those that
    /// were started are stopped again.
    pub async fn spawn_pool<A: Handler<M>, M: Request>(
        &self,
        members: usize,
        build: impl Fn() -> A + Send + Sync + 'static,
        routing: Routing<M>,
    ) -> Result<Pool<A, M>, SpawnError> {
        if members == 0 {
            return Err(BadConfig::EmptyPool.into());
        }
        if members > limits::POOL_MEMBERS_MAX {
            return Err(BadConfig::PoolTooLarge { members }.into());
        }
        let build = Arc::new(build);
        let mut started = Started(Vec::with_capacity(members));
        for _ in 0..members {
            let build = Arc::clone(&build);
            started.0.push(self.spawn(Props::new(move || build())).await?);
        }
        let members: Arc<[_]> = std::mem::take(&mut started.0).into();
        let router = Router::new(members.iter().map(ActorRef::recipient), routing);
        Ok(Pool { members, router })
    }
}

/// Members of a pool that is not complete: they are stopped unless it becomes so.
struct Started<A: Actor>(Vec<ActorRef<A>>);

impl<A: Actor> Drop for Started<A> {
    fn drop(&mut self) {
        self.0.iter().for_each(ActorRef::stop);
    }
}

impl<A: Handler<M>, M: Request> Pool<A, M> {
    /// See [`Router::tell`].
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    pub async fn tell(&self, message: M) -> Result<(), SendError<M>> {
        self.router.tell(message).await
    }

    /// See [`Router::try_tell`].
    ///
    /// # Errors
    ///
    /// [`SendError`] with the message, when it was not taken.
    pub fn try_tell(&self, message: M) -> Result<(), SendError<M>> {
        self.router.try_tell(message)
    }

    /// See [`Router::ask`].
    ///
    /// # Errors
    ///
    /// [`AskError`] when there is no reply.
    pub async fn ask(&self, message: M) -> Result<M::Reply, AskError<M>> {
        self.router.ask(message).await
    }

    /// The router of `M` alone, to hand to others.
    #[must_use]
    pub fn router(&self) -> &Router<M> {
        &self.router
    }

    /// A router of another message to the same members.
    #[must_use]
    pub fn route<N: Request>(&self, routing: Routing<N>) -> Router<N>
    where
        A: Handler<N>,
    {
        Router::new(self.members.iter().map(ActorRef::recipient), routing)
    }

    /// The members, in the order of their start.
    #[must_use]
    pub fn members(&self) -> &[ActorRef<A>] {
        &self.members
    }

    /// Ends each member after everything that waits for it already.
    pub fn stop(&self) {
        self.members.iter().for_each(ActorRef::stop);
    }
}

impl<A: Actor, M: Request> Clone for Pool<A, M> {
    fn clone(&self) -> Self {
        Pool { members: Arc::clone(&self.members), router: self.router.clone() }
    }
}

impl<A: Actor, M: Request> fmt::Debug for Pool<A, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool<{}>({} × {})", M::name(), self.members.len(), A::NAME)
    }
}
