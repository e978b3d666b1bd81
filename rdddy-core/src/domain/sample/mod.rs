//! How values are drawn from rules: what a testkit tries.

mod number;
mod text;
mod tuple;

use super::{Rule, ValueObject};

/// Throws the dice: a number below the given one, which is not 0.
pub type Dice<'a> = dyn FnMut(u64) -> u64 + 'a;

/// Draws that may fail before a value object counts as one that is not found by chance.
const DRAWS_MAX: u32 = 1_000;

/// A type whose values can be drawn.
///
/// Value objects can if what they are made of can; numbers, texts, `bool`, `char`, `Option`, `Vec`
/// and tuples can. For a type of your own inside a value object, implement it by hand.
pub trait Sample: Sized {
    /// Values at the edges of what `rules` allow, in a fixed order.
    fn edges(rules: &[Rule]) -> Vec<Self>;

    /// Values just outside of what `rules` allow, in a fixed order.
    fn outside(rules: &[Rule]) -> Vec<Self>;

    /// A value within what `rules` allow, as far as they are data; none if none is found.
    fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self>;
}

impl<V: ValueObject<Inner: Sample>> Sample for V {
    fn edges(_: &[Rule]) -> Vec<Self> {
        let candidates = V::examples().into_iter().chain(V::Inner::edges(V::rules()));
        candidates.filter_map(|inner| V::from_inner(inner).ok()).collect()
    }

    /// None: there are no invalid ones.
    fn outside(_: &[Rule]) -> Vec<Self> {
        Vec::new()
    }

    fn draw(_: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
        let drawn = (0..DRAWS_MAX)
            .filter_map(|_| V::Inner::draw(V::rules(), dice))
            .find_map(|inner| V::from_inner(inner).ok());
        drawn.or_else(|| {
            let mut examples = V::examples();
            let count = u64::try_from(examples.len()).ok().filter(|count| *count > 0)?;
            let at = usize::try_from(dice(count)).ok()?;
            V::from_inner(examples.swap_remove(at)).ok()
        })
    }
}

impl Sample for bool {
    fn edges(_: &[Rule]) -> Vec<Self> {
        vec![false, true]
    }

    fn outside(_: &[Rule]) -> Vec<Self> {
        Vec::new()
    }

    fn draw(_: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
        Some(dice(2) == 1)
    }
}

impl<T: Sample> Sample for Option<T> {
    fn edges(rules: &[Rule]) -> Vec<Self> {
        let some = T::edges(rules).into_iter().map(Some);
        some.chain([None]).collect()
    }

    fn outside(rules: &[Rule]) -> Vec<Self> {
        T::outside(rules).into_iter().map(Some).collect()
    }

    fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
        if dice(4) == 0 { Some(None) } else { T::draw(rules, dice).map(Some) }
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn edges(rules: &[Rule]) -> Vec<Self> {
        let one = T::edges(&[]).into_iter().map(|item| vec![item]);
        let empty = (!text::asks_for_content(rules)).then(Vec::new);
        empty.into_iter().chain(one).chain([T::edges(&[])]).collect()
    }

    fn outside(rules: &[Rule]) -> Vec<Self> {
        text::asks_for_content(rules).then(Vec::new).into_iter().collect()
    }

    fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
        let least = u64::from(text::asks_for_content(rules));
        let count = least + dice(8);
        (0..count).map(|_| T::draw(&[], dice)).collect()
    }
}
