//! Names near to one that is not known: "did you mean …".

use super::entry::split_name;

/// Names that are suggested at most.
const SUGGESTIONS_MAX: usize = 3;
/// Edits that a name may be away at most, however long it is.
const EDITS_MAX: usize = 3;
/// What a wrong context costs, so that a match of the whole name comes first.
const CONTEXT_COST: usize = 1;

/// The names among `known` that are near to `name`, the nearest first: a slip of the pen, another
/// case, or the same local name in another context.
pub(crate) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted = Name::of(name);
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|candidate| Some((wanted.distance(&Name::of(candidate))?, candidate)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(SUGGESTIONS_MAX).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// A name as it is compared: without regard to case.
struct Name {
    whole: Vec<char>,
    local: Vec<char>,
}

impl Name {
    fn of(name: &str) -> Self {
        let chars = |text: &str| text.chars().flat_map(char::to_lowercase).collect();
        Name { whole: chars(name), local: chars(split_name(name).1) }
    }

    fn distance(&self, other: &Name) -> Option<usize> {
        let whole = edits(&self.whole, &other.whole);
        let local = edits(&self.local, &other.local).map(|edits| edits + CONTEXT_COST);
        [whole, local].into_iter().flatten().min()
    }
}

/// Insertions, removals, replacements and swaps of neighbours that make `a` from `b`; `None` when
/// these are more than a slip.
fn edits(a: &[char], b: &[char]) -> Option<usize> {
    let limit = (a.len().max(b.len()) / 3).min(EDITS_MAX);
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = last[j] + usize::from(x != y);
            let mut cost = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|edits| *edits <= limit)
}
