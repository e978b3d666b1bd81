//! How an actor is to be spawned, where that differs from its type's configuration.

use std::fmt;
use std::time::Duration;

use super::actor::Actor;
use super::config::{ActorConfig, Capacity, Overflow, RestartPolicy};

/// Builds an actor, for each of its lives.
pub(crate) type Factory<A> = Box<dyn Fn() -> A + Send + Sync>;

/// How an actor is to be spawned.
///
/// A value can be spawned as it is. An actor that is to be restarted after a failure needs a
/// function that builds it anew, or an `#[on_restart]` that mends what is left of it.
///
/// ```
/// use rdddy_core::runtime::{Actor, Props, RestartPolicy};
///
/// struct Till { open: bool }
/// impl Actor for Till { const NAME: &'static str = "Till"; }
///
/// let props = Props::new(|| Till { open: true })
///     .named("till-3")
///     .restart(RestartPolicy::Permanent);
/// ```
pub struct Props<A> {
    pub(crate) source: Source<A>,
    pub(crate) name: Option<String>,
    pub(crate) config: Option<ActorConfig>,
}

pub(crate) enum Source<A> {
    Value(A),
    Factory(Factory<A>),
}

impl<A: Actor> Props<A> {
    /// An actor that `build` builds, now and for every further life.
    #[must_use]
    pub fn new(build: impl Fn() -> A + Send + Sync + 'static) -> Self {
        Props { source: Source::Factory(Box::new(build)), name: None, config: None }
    }

    /// An actor that is this value, and has one life unless `#[on_restart]` mends it.
    #[must_use]
    pub fn value(actor: A) -> Self {
        Props { source: Source::Value(actor), name: None, config: None }
    }

    /// Known by `name`, which nobody else in the system may have.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn configure(mut self, change: impl FnOnce(ActorConfig) -> ActorConfig) -> Self {
        self.config = Some(change(self.config.unwrap_or(A::CONFIG)));
        self
    }

    /// With this mailbox.
    #[must_use]
    pub fn mailbox(self, capacity: Capacity) -> Self {
        self.configure(|config| config.mailbox(capacity))
    }

    /// With this overflow policy.
    #[must_use]
    pub fn overflow(self, overflow: Overflow) -> Self {
        self.configure(|config| config.overflow(overflow))
    }

    /// Restarted by this policy.
    #[must_use]
    pub fn restart(self, policy: RestartPolicy) -> Self {
        self.configure(|config| config.restart(policy))
    }

    /// Its final failure stops the system.
    #[must_use]
    pub fn critical(self) -> Self {
        self.configure(ActorConfig::critical)
    }

    /// Restarted after `first`, then after ever longer waits up to `max`.
    #[must_use]
    pub fn backoff(self, first: Duration, max: Duration) -> Self {
        self.configure(|config| config.backoff(first, max))
    }

    /// With this configuration instead of its type's.
    #[must_use]
    pub fn config(self, config: ActorConfig) -> Self {
        self.configure(|_| config)
    }
}

/// What can be spawned: an actor, or [`Props`] that build one.
#[diagnostic::on_unimplemented(
    message = "rdddy::E016: `{Self}` is not an actor, so it cannot be spawned",
    label = "not an actor",
    note = "help: add `#[actor]` above `impl {Self}`, the block that holds its handlers"
)]
pub trait IntoProps<A> {
    /// Says how to spawn it.
    fn into_props(self) -> Props<A>;
}

impl<A: Actor> IntoProps<A> for A {
    #[inline]
    fn into_props(self) -> Props<A> {
        Props::value(self)
    }
}

impl<A: Actor> IntoProps<A> for Props<A> {
    #[inline]
    fn into_props(self) -> Props<A> {
        self
    }
}

impl<A: Actor> fmt::Debug for Props<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Props { source: _, name, config } = self;
        f.debug_struct("Props")
            .field("actor", &A::NAME)
            .field("name", name)
            .field("config", config)
            .finish_non_exhaustive()
    }
}
