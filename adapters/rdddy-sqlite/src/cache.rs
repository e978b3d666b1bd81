//! What was used lately, within a bound.

use std::collections::HashMap;
use std::hash::Hash;

/// Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
/// What is used moves to the young one, so that it stays.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation: usize,
}

impl<K: Clone + Eq + Hash, V> Cache<K, V> {
    /// Holds at most twice `generation`.
    pub(crate) fn new(generation: usize) -> Self {
        Cache { young: HashMap::new(), old: HashMap::new(), generation }
    }

    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        if !self.young.contains_key(key) {
            let value = self.old.remove(key)?;
            self.insert(key.clone(), value);
        }
        self.young.get_mut(key)
    }

    /// Another value for a key that may be there.
    pub(crate) fn replace(&mut self, key: &K, value: V) {
        match self.young.get_mut(key) {
            Some(known) => *known = value,
            None => self.insert(key.clone(), value),
        }
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.generation {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_is_forgotten() {
        let mut cache = Cache::new(4);
        for key in 0..100 {
            cache.insert(key, key);
            assert_eq!(cache.get(&0), Some(&mut 0), "{key}");
        }
        assert_eq!(cache.get(&50), None);
        assert!(cache.young.len() + cache.old.len() <= 8);
    }
}
