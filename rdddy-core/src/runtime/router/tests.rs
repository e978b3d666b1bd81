//! Rendezvous hashing, for any members and keys.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::routing::rendezvous;
use crate::runtime::id::ActorId;

fn ids(members: &BTreeSet<u32>) -> impl Iterator<Item = ActorId> + Clone + '_ {
    members.iter().map(|n| ActorId::new(*n, *n))
}

proptest! {
    #[test]
    fn a_key_stays_unless_its_member_leaves(
        members in prop::collection::btree_set(any::<u32>(), 2..20),
        keys in prop::collection::vec(any::<u64>(), 1..50),
        leaver in any::<prop::sample::Index>(),
    ) {
        let leaver = ids(&members).nth(leaver.index(members.len())).unwrap();
        for key in keys {
            let before = rendezvous(key, ids(&members)).unwrap();
            let after = rendezvous(key, ids(&members).filter(|id| *id != leaver)).unwrap();
            prop_assert_ne!(after, leaver);
            prop_assert!(before == after || before == leaver);
        }
    }

    #[test]
    fn the_order_of_the_members_does_not_matter(
        members in prop::collection::btree_set(any::<u32>(), 1..20),
        key in any::<u64>(),
    ) {
        let mut reversed: Vec<_> = ids(&members).collect();
        reversed.reverse();
        prop_assert_eq!(rendezvous(key, ids(&members)), rendezvous(key, reversed.into_iter()));
    }

    #[test]
    fn keys_are_spread_over_all_members(first in 0..u64::MAX - 4096) {
        let members: BTreeSet<u32> = (1..=8).collect();
        let mut hits = [0_u32; 8];
        for key in first..first + 4096 {
            let member = rendezvous(key, ids(&members)).unwrap();
            hits[member.slot() - 1] += 1;
        }
        // 512 each on average; twenty standard deviations are 424.
        prop_assert!(hits.iter().all(|hits| (88..=936).contains(hits)), "{hits:?}");
    }
}

#[test]
fn nobody_is_chosen_among_none() {
    assert_eq!(rendezvous(7, std::iter::empty()), None);
}
