//! Circles of actors that declare to ask each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::entry::{ActorEntry, SourceLocation};
use super::finding::Located;
use super::map::{Use, Uses};

/// One actor type.
type Node = (&'static str, &'static str, SourceLocation);

/// A shortest circle through each of `actors` that is on one, each circle once. There can be
/// exponentially many circles; this many are enough that every actor on any is named.
pub(super) fn through<'a>(
    actors: impl Iterator<Item = &'a ActorEntry>,
    uses: &Uses<'a>,
) -> BTreeSet<Vec<Located>> {
    actors.filter_map(|actor| shortest(actor, uses)).map(from_the_smallest).collect()
}

/// Breadth first, until somebody asks `start` itself.
fn shortest<'a>(start: &'a ActorEntry, uses: &Uses<'a>) -> Option<Vec<Located>> {
    // Who asked each actor first.
    let mut reached: BTreeMap<Node, Use<'a>> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(actor) = queue.pop_front() {
        for asked in actor.asks {
            for (owner, _) in uses.handlers_of((asked.type_id)()) {
                if node(owner) == node(start) {
                    return Some(path(start, (actor, asked), &reached));
                }
                reached.entry(node(owner)).or_insert_with(|| {
                    queue.push_back(owner);
                    (actor, asked)
                });
            }
        }
    }
    None
}

/// The circle that `last` closes, walked back to `start`.
fn path<'a>(start: &ActorEntry, last: Use<'a>, reached: &BTreeMap<Node, Use<'a>>) -> Vec<Located> {
    let mut path = vec![Located::user(last)];
    let mut at = last.0;
    while node(at) != node(start)
        && let Some(asker) = reached.get(&node(at))
    {
        path.push(Located::user(*asker));
        at = asker.0;
    }
    path.reverse();
    path
}

/// The same circle, whichever of its actors it was found from.
fn from_the_smallest(mut path: Vec<Located>) -> Vec<Located> {
    let smallest = (0..path.len()).min_by_key(|index| path[*index]);
    path.rotate_left(smallest.unwrap_or(0));
    path
}

fn node(actor: &ActorEntry) -> Node {
    (actor.module, actor.name, actor.location)
}
