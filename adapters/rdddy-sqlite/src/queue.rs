//! A queue between callers and threads: bounded by number and by weight, first in first out.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Nobody who pushes ever waits: what does not fit is given back.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    count_max: usize,
    weight_max: usize,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<(T, usize)>,
    weight: usize,
    closed: bool,
    /// Takers that wait.
    idle: usize,
}

impl<T> Queue<T> {
    pub(crate) fn new(count_max: usize, weight_max: usize) -> Self {
        let state = State { items: VecDeque::new(), weight: 0, closed: false, idle: 0 };
        Queue { state: Mutex::new(state), filled: Condvar::new(), count_max, weight_max }
    }

    /// Puts `item` at the end, unless the queue is closed or full. An empty queue takes any weight.
    pub(crate) fn push(&self, item: T, weight: usize) -> Result<(), T> {
        let mut state = self.lock();
        let heavy = !state.items.is_empty() && state.weight + weight > self.weight_max;
        if state.closed || heavy || state.items.len() >= self.count_max {
            return Err(item);
        }
        state.weight += weight;
        state.items.push_back((item, weight));
        let awaited = state.idle > 0;
        drop(state);
        // A call into the kernel, which nobody needs while all takers are at work.
        if awaited {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Waits for items and takes those in front: at least one, at most `count`, and none after
    /// `weight` is exceeded. `None` when the queue is closed and empty.
    pub(crate) fn take(&self, count: usize, weight: usize) -> Option<Vec<T>> {
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
        Some(state.take(count, weight))
    }

    /// The same without waiting; nothing when nothing is there.
    pub(crate) fn take_waiting(&self, count: usize, weight: usize) -> Vec<T> {
        self.lock().take(count, weight)
    }

    /// Nothing is pushed any more; what is there can still be taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    /// Closes the queue and drops what waits in it: its last taker is gone.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        let left = std::mem::take(&mut state.items);
        drop(state);
        drop(left);
        self.filled.notify_all();
    }

    /// A panic while it was held cannot have left the state half changed.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn take(&mut self, count: usize, weight: usize) -> Vec<T> {
        let (mut taken, mut heavy) = (Vec::new(), 0);
        while taken.len() < count && heavy <= weight {
            let Some((item, its)) = self.items.pop_front() else { break };
            heavy += its;
            self.weight -= its;
            taken.push(item);
        }
        taken
    }
}

/// Abandons the queue when the thread that takes from it ends, however it ends.
pub(crate) struct Taker<'q, T>(pub(crate) &'q Queue<T>);

impl<T> Drop for Taker<'_, T> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_given_back() {
        let queue = Queue::new(3, 10);
        assert_eq!(queue.push("heavy", 99), Ok(()));
        assert_eq!(queue.push("a", 1), Err("a"));
        assert_eq!(queue.take(9, 9), Some(vec!["heavy"]));
        for item in ["a", "b", "c"] {
            assert_eq!(queue.push(item, 1), Ok(()));
        }
        assert_eq!(queue.push("d", 1), Err("d"));
        assert_eq!(queue.take(2, 9), Some(vec!["a", "b"]));
        queue.close();
        assert_eq!(queue.push("e", 1), Err("e"));
        assert_eq!((queue.take_waiting(9, 0), queue.take(9, 9)), (vec!["c"], None));
    }

    #[test]
    fn a_group_ends_when_it_is_heavy() {
        let queue = Queue::new(9, 99);
        for item in 0..4 {
            assert_eq!(queue.push(item, 6), Ok(()));
        }
        assert_eq!(queue.take(9, 10), Some(vec![0, 1]));
        drop(Taker(&queue));
        assert_eq!(queue.take(9, 10), None);
    }
}
