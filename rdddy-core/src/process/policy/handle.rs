//! Running a policy, and looking after it.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::Policy;
use super::reader::PolicyReader;
use crate::host::{self, HostError, Process, Running, Surroundings};
use crate::process::follow::{FollowStatus, RunningReader};
use crate::runtime::{ActorSystem, System, SystemBuilder};
use crate::store::Position;

/// A policy that a system runs, to be looked after. Clones are cheap.
pub struct PolicyHandle<P> {
    running: Arc<RunningReader>,
    policy: PhantomData<fn() -> P>,
}

impl<P> Clone for PolicyHandle<P> {
    fn clone(&self) -> Self {
        PolicyHandle { running: Arc::clone(&self.running), policy: PhantomData }
    }
}

impl<P: Policy> fmt::Debug for PolicyHandle<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyHandle<{}>", P::name())
    }
}

/// A policy to be run.
struct Configured<P>(P);

impl<P: Policy> Process for Configured<P> {
    fn name(&self) -> &'static str {
        P::name()
    }

    fn found_by(&self) -> TypeId {
        TypeId::of::<P>()
    }

    fn start(
        self: Box<Self>,
        system: &Arc<System>,
        around: &Surroundings,
    ) -> Result<Arc<dyn Running>, HostError> {
        RunningReader::start(P::name(), system, around, PolicyReader::new(self.0, around))
    }
}

impl SystemBuilder {
    /// Runs `policy`: it follows the events of the store, from where it was when it last ran.
    pub fn policy<P: Policy>(self, policy: P) -> Self {
        self.process(Configured(policy))
    }
}

impl ActorSystem {
    /// The policy `P`, if the system runs it.
    #[must_use]
    pub fn policy<P: Policy>(&self) -> Option<PolicyHandle<P>> {
        let running = host::running(self.inner(), TypeId::of::<P>())?;
        Some(PolicyHandle { running, policy: PhantomData })
    }
}

impl<P: Policy> PolicyHandle<P> {
    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> FollowStatus {
        self.running.status()
    }

    /// Waits until everything up to `position` has been reacted to, or parked: whether it has been
    /// when the policy ended.
    pub async fn wait_for(&self, position: &Position) -> bool {
        self.running.reached(position).await
    }

    /// Reacts again to the event that the stream `key` is parked for, and to those behind it: whether
    /// the stream goes on. [`FollowStatus::parked`] has the keys.
    pub async fn resume(&self, key: &str) -> bool {
        self.running.resume(key).await
    }
}
