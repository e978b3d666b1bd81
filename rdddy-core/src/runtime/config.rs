//! What `#[actor(..)]` says: mailbox and supervision of an actor type.

use std::time::Duration;

use crate::limits;

/// What happens to a message that finds the mailbox full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Overflow {
    /// The sender waits for room, at most [`limits::SEND_TIMEOUT`].
    #[default]
    Block,
    /// The sender gets the message back.
    Fail,
    /// The longest waiting message becomes a dead letter.
    DropOldest,
    /// The new message is dropped, counted and reported; the sender learns nothing.
    DropNewest,
    /// The new message becomes a dead letter; the sender learns nothing.
    DeadLetter,
}

/// How many messages may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capacity {
    /// At most this many.
    Bounded(u32),
    /// As many as memory holds. Only for actors whose senders are bounded otherwise.
    Unbounded,
}

/// Which actors are restarted when one of a supervisor's children fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Strategy {
    /// The failed one.
    #[default]
    OneForOne,
    /// All children.
    OneForAll,
    /// The failed one and those started after it.
    RestForOne,
}

/// When a child is restarted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RestartPolicy {
    /// Whenever it ends, also when it stops itself.
    Permanent,
    /// When it fails.
    #[default]
    Transient,
    /// Never.
    Temporary,
}

/// What a supervisor does about a child that exceeds its restart budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Exhausted {
    /// The supervisor fails in its turn.
    #[default]
    Escalate,
    /// The child stays stopped.
    Stop,
}

/// How long to wait before a restart: `first`, doubled for each further restart within the period,
/// at most `max`, plus or minus a quarter drawn by the system's entropy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Before the first restart.
    pub first: Duration,
    /// Before any restart, at most.
    pub max: Duration,
}

/// Mailbox and supervision of an actor type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorConfig {
    /// How many messages may wait.
    pub mailbox: Capacity,
    /// What happens to a message that finds the mailbox full.
    pub overflow: Overflow,
    /// When the actor is restarted by its supervisor.
    pub restart: RestartPolicy,
    /// Whether the system stops when the actor ends for good by failing.
    pub critical: bool,
    /// Before it is restarted.
    pub backoff: Option<Backoff>,
    /// As a supervisor: which of its children are restarted together.
    pub strategy: Strategy,
    /// As a supervisor: how many restarts of its children it allows within [`Self::period`].
    pub intensity: u32,
    /// As a supervisor: the period that [`Self::intensity`] is counted in.
    pub period: Duration,
    /// As a supervisor: what it does about a child that exceeds the budget.
    pub exhausted: Exhausted,
}

impl ActorConfig {
    /// The defaults, from [`limits`].
    #[must_use]
    pub const fn new() -> Self {
        ActorConfig {
            mailbox: Capacity::Bounded(limits::MAILBOX_CAPACITY),
            overflow: Overflow::Block,
            restart: RestartPolicy::Transient,
            critical: false,
            backoff: None,
            strategy: Strategy::OneForOne,
            intensity: limits::RESTART_INTENSITY,
            period: limits::RESTART_PERIOD,
            exhausted: Exhausted::Escalate,
        }
    }

    /// With this mailbox.
    #[must_use]
    pub const fn mailbox(mut self, capacity: Capacity) -> Self {
        self.mailbox = capacity;
        self
    }

    /// With this overflow policy.
    #[must_use]
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Restarted by this policy.
    #[must_use]
    pub const fn restart(mut self, policy: RestartPolicy) -> Self {
        self.restart = policy;
        self
    }

    /// Its final failure stops the system.
    #[must_use]
    pub const fn critical(mut self) -> Self {
        self.critical = true;
        self
    }

    /// Restarted after `first`, then after ever longer waits up to `max`.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, max: Duration) -> Self {
        self.backoff = Some(Backoff { first, max });
        self
    }

    /// Supervises its children by this strategy.
    #[must_use]
    pub const fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Allows its children this many restarts within `period`.
    #[must_use]
    pub const fn intensity(mut self, restarts: u32, period: Duration) -> Self {
        self.intensity = restarts;
        self.period = period;
        self
    }

    /// Does this about a child that exceeds the budget.
    #[must_use]
    pub const fn exhausted(mut self, exhausted: Exhausted) -> Self {
        self.exhausted = exhausted;
        self
    }
}

impl Default for ActorConfig {
    fn default() -> Self {
        ActorConfig::new()
    }
}
