//! Values of value objects, valid and invalid, from their rules.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use rdddy_core::domain::{IdSource, Sample, ValueObject};

use crate::limits::VALUES_SEED;

/// Valid values: first those at the edges of the rules, then drawn ones, without end. The same
/// ones in every run.
///
/// # Panics
///
/// When asked for the next value, if none is found: the rules are not data, and valid values are
/// too rare to be found by chance. Give the type `#[value(examples = [..])]`. Also, if one of those
/// is not valid.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(ValueObject, Debug)]
/// #[value(range = 1..=999)]
/// struct Quantity(u32);
///
/// let first: Vec<u32> =
///     rdddy_testkit::values::<Quantity>().take(3).map(|quantity| quantity.value()).collect();
/// assert_eq!(first, [1, 999, 2]);
/// assert!(rdddy_testkit::values::<Quantity>().take(1_000).all(|quantity| quantity.value() < 1_000));
/// ```
#[must_use]
pub fn values<V: ValueObject<Inner: Sample>>() -> Values<V> {
    values_from(VALUES_SEED)
}

/// The same as [`values`], with other drawn values for each `seed`.
///
/// # Panics
///
/// As [`values`] does.
#[expect(clippy::panic, reason = "a test fails by panicking")]
#[must_use]
pub fn values_from<V: ValueObject<Inner: Sample>>(seed: u64) -> Values<V> {
    for (at, example) in V::examples().into_iter().enumerate() {
        if let Err(invalid) = V::from_inner(example) {
            panic!("example {at} of `{}` is not valid: {invalid}", V::NAME);
        }
    }
    Values { edges: V::edges(&[]).into_iter(), state: seed, of: PhantomData }
}

/// What is not a `V`, just outside its rules, as far as they are data.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(ValueObject, Debug)]
/// #[value(range = 1..=999)]
/// struct Quantity(u32);
///
/// let invalid = rdddy_testkit::invalid::<Quantity>();
/// assert_eq!(invalid, [0, 1000, u32::MAX]);
/// assert!(invalid.into_iter().all(|number| Quantity::new(number).is_err()));
/// ```
#[must_use]
pub fn invalid<V: ValueObject<Inner: Sample + Clone>>() -> Vec<V::Inner> {
    let outside = V::Inner::outside(V::rules());
    outside.into_iter().filter(|inner| V::from_inner(inner.clone()).is_err()).collect()
}

/// Valid values, made by [`values`].
pub struct Values<V> {
    edges: std::vec::IntoIter<V>,
    state: u64,
    of: PhantomData<fn() -> V>,
}

impl<V: ValueObject<Inner: Sample>> Iterator for Values<V> {
    type Item = V;

    #[expect(clippy::panic, reason = "a test fails by panicking")]
    fn next(&mut self) -> Option<V> {
        let state = &mut self.state;
        let drawn = self.edges.next().or_else(|| V::draw(&[], &mut |bound| below(state, bound)));
        if drawn.is_none() {
            panic!(
                "no valid `{name}` was found\nhelp: add `#[value(examples = [..])]` to `{name}`",
                name = V::NAME
            );
        }
        drawn
    }
}

impl<V> fmt::Debug for Values<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("edges", &self.edges.len()).finish_non_exhaustive()
    }
}

/// `SplitMix64`, as in the core.
pub(crate) fn below(state: &mut u64, bound: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    u64::try_from((u128::from(z) * u128::from(bound)) >> 64).unwrap_or(0)
}

/// Ids in sequence, from 1: for tests that read better when ids are known.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
/// use rdddy_testkit::SequentialIds;
///
/// #[derive(Id)]
/// struct OrderId(u128);
///
/// let ids = SequentialIds::default();
/// assert_eq!(OrderId::generate(&ids), OrderId::new(1));
/// assert_eq!(OrderId::generate(&ids), OrderId::new(2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct SequentialIds(Cell<u128>);

impl IdSource for SequentialIds {
    fn next_id(&self) -> u128 {
        let next = self.0.get().wrapping_add(1);
        self.0.set(next);
        next
    }
}
