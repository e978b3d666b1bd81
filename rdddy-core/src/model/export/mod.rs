//! The domain map for other eyes: as data for tools, as a picture for people.

pub(super) mod json;
pub(super) mod mermaid;

use super::entry::MessageUse;

/// What an actor uses, ordered by name and version.
fn in_order(uses: &[MessageUse]) -> Vec<&MessageUse> {
    let mut uses: Vec<_> = uses.iter().collect();
    uses.sort_by_key(|used| ((used.name)(), used.version));
    uses
}
