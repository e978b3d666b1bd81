//! The rows that a table's reader works on, within a bound.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
/// What is used moves to the young one, so that it stays.
pub(super) struct RowCache<P> {
    young: BTreeMap<Arc<str>, Option<P>>,
    old: BTreeMap<Arc<str>, Option<P>>,
    generation: usize,
    /// A row that is not here does not exist.
    is_complete: bool,
}

impl<P> RowCache<P> {
    /// Holds at most twice `generation` rows, and those of one page.
    pub(super) fn new(generation: usize) -> Self {
        let (young, old) = (BTreeMap::new(), BTreeMap::new());
        RowCache { young, old, generation, is_complete: false }
    }

    /// The table is empty.
    pub(super) fn begin(&mut self) {
        self.clear();
        self.is_complete = true;
    }

    pub(super) fn clear(&mut self) {
        *self = RowCache::new(self.generation);
    }

    /// Whether it is known what `key` has, or that it has nothing. It stays known until the next
    /// [`RowCache::shrink`].
    pub(super) fn knows(&mut self, key: &Arc<str>) -> bool {
        if self.young.contains_key(key) {
            return true;
        }
        match self.old.remove(key) {
            Some(row) => self.put(Arc::clone(key), row),
            None if self.is_complete => self.put(Arc::clone(key), None),
            None => return false,
        }
        true
    }

    pub(super) fn put(&mut self, key: Arc<str>, row: Option<P>) {
        self.young.insert(key, row);
    }

    /// The row of `key`, which is known.
    pub(super) fn row(&mut self, key: &Arc<str>) -> &mut Option<P> {
        self.young.entry(Arc::clone(key)).or_insert(None)
    }

    /// No longer knows it.
    pub(super) fn forget(&mut self, key: &Arc<str>) {
        self.young.remove(key);
        self.old.remove(key);
        self.is_complete = false;
    }

    /// Makes room, between two pages.
    pub(super) fn shrink(&mut self) {
        if self.young.len() >= self.generation {
            self.is_complete &= self.old.is_empty();
            self.old = std::mem::take(&mut self.young);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_nothing_forgotten_is_taken_for_absent() {
        let mut cache = RowCache::new(4);
        cache.begin();
        let key = |n: u32| Arc::<str>::from(n.to_string());
        for n in 0..4 {
            assert!(cache.knows(&key(n)), "an empty table has no rows");
            *cache.row(&key(n)) = Some(n);
        }
        cache.shrink();
        assert!(cache.knows(&key(0)) && cache.knows(&key(9)));
        for n in 4..8 {
            cache.put(key(n), Some(n));
        }
        cache.shrink();
        assert!(!cache.knows(&key(1)), "it was forgotten, and may exist");
    }
}
