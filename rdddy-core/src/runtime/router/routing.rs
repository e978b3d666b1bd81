//! By which rule a router chooses among its members.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::runtime::id::ActorId;
use crate::seam::mix;

type Key<M> = Box<dyn Fn(&M) -> u64 + Send + Sync>;

/// By which rule a router chooses who gets a message.
///
/// ```
/// use rdddy_core::runtime::Routing;
/// # use rdddy_core::__private::{Kind, Message, Request, Sealed};
/// # use std::convert::Infallible;
/// # struct Charge { customer: u64 }
/// # impl Sealed for Charge {}
/// # impl Message for Charge {
/// #     const KIND: Kind = Kind::Command;
/// #     const VERSION: u32 = 1;
/// #     fn name() -> &'static str { "docs.Charge" }
/// # }
/// # impl Request for Charge { type Reply = (); type Error = Infallible; }
/// let by_customer = Routing::consistent_hash(|charge: &Charge| charge.customer);
/// assert_eq!(format!("{by_customer:?}"), "ConsistentHash");
/// ```
pub struct Routing<M>(pub(super) Rule<M>);

pub(super) enum Rule<M> {
    RoundRobin,
    Random,
    LeastLoaded,
    ConsistentHash(Key<M>),
    /// How a message is copied, once for each member.
    Broadcast(fn(&M) -> M),
}

impl<M> Routing<M> {
    /// Each member in turn.
    #[must_use]
    pub fn round_robin() -> Self {
        Routing(Rule::RoundRobin)
    }

    /// Any member, drawn by the system's entropy: a simulation repeats it.
    #[must_use]
    pub fn random() -> Self {
        Routing(Rule::Random)
    }

    /// The member with the fewest messages, the one it is handling included. Those with equally few
    /// take turns.
    #[must_use]
    pub fn least_loaded() -> Self {
        Routing(Rule::LeastLoaded)
    }

    /// Messages with equal keys go to the same member for as long as that lives. When a member ends
    /// for good, only its keys move, spread over the others (rendezvous hashing).
    ///
    /// Keys are hashed by a function that is the same in every run and every process, unlike the
    /// standard library's default.
    #[must_use]
    pub fn consistent_hash<K: Hash>(key: impl Fn(&M) -> K + Send + Sync + 'static) -> Self {
        Routing(Rule::ConsistentHash(Box::new(move |message| stable_hash(&key(message)))))
    }

    /// Every member.
    #[must_use]
    pub fn broadcast() -> Self
    where
        M: Clone,
    {
        Routing(Rule::Broadcast(M::clone))
    }
}

impl<M> fmt::Debug for Routing<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Rule::RoundRobin => "RoundRobin",
            Rule::Random => "Random",
            Rule::LeastLoaded => "LeastLoaded",
            Rule::ConsistentHash(_) => "ConsistentHash",
            Rule::Broadcast(_) => "Broadcast",
        })
    }
}

/// Among `members`, the one that scores highest for `key`. Who leaves changes nobody else's score.
pub(super) fn rendezvous(key: u64, members: impl Iterator<Item = ActorId>) -> Option<ActorId> {
    members.max_by_key(|member| (mix(key ^ mix(member.as_u64())), *member))
}

/// The 64-bit FNV-1a hash, by Fowler, Noll and Vo. Its weak upper bits are mixed by [`rendezvous`].
struct Fnv(u64);

fn stable_hash(key: &impl Hash) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    key.hash(&mut hasher);
    hasher.finish()
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
