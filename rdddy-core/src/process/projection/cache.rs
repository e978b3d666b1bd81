//! The rows that a table's reader works on, within a bound.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

/// Never iterated over, so that its order reaches nothing.
type ByKey<P> = HashMap<Arc<str>, Known<P>, BuildHasherDefault<DefaultHasher>>;

/// What is known of a key.
pub(super) struct Known<P> {
    /// Its row, if it has one.
    pub(super) row: Option<P>,
    /// Whether that differs from what is stored.
    pub(super) has_changed: bool,
}

/// Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
/// What is used moves to the young one, so that it stays.
pub(super) struct RowCache<P> {
    young: ByKey<P>,
    old: ByKey<P>,
    generation: usize,
    /// A row that is not here does not exist.
    is_complete: bool,
}

impl<P> RowCache<P> {
    /// Holds at most twice `generation` rows, and those of one page.
    pub(super) fn new(generation: usize) -> Self {
        let (young, old) = (ByKey::default(), ByKey::default());
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
            Some(known) => {
                self.young.insert(Arc::clone(key), known);
            }
            None if self.is_complete => self.put(Arc::clone(key), None),
            None => return false,
        }
        true
    }

    /// As it is stored.
    pub(super) fn put(&mut self, key: Arc<str>, row: Option<P>) {
        self.young.insert(key, Known { row, has_changed: false });
    }

    /// What is known of `key`.
    pub(super) fn get(&mut self, key: &Arc<str>) -> Option<&mut Known<P>> {
        self.young.get_mut(key)
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
        let row = |cache: &mut RowCache<u32>, n| cache.get(&key(n)).and_then(|known| known.row);
        for n in 0..4 {
            assert!(cache.knows(&key(n)), "an empty table has no rows");
            cache.put(key(n), Some(n));
        }
        cache.shrink();
        assert!(cache.knows(&key(0)) && cache.knows(&key(9)));
        assert_eq!((row(&mut cache, 0), row(&mut cache, 9)), (Some(0), None));
        for n in 4..8 {
            cache.put(key(n), Some(n));
        }
        cache.shrink();
        assert!(cache.knows(&key(0)), "it was used");
        assert!(!cache.knows(&key(1)), "it was forgotten, and may exist");
        cache.forget(&key(0));
        assert!(!cache.knows(&key(0)));
    }
}
