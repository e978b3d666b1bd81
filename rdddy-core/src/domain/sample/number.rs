//! Numbers.

use super::{Dice, Sample};
use crate::domain::{Bound, Constraint, Rule};

/// How far from 0 a number is drawn that has no bound.
const REACH: f64 = 1e9;

/// The bounds in the rules, lower and upper.
fn bounds(rules: &[Rule]) -> (Vec<Bound>, Vec<Bound>) {
    let mut lower = Vec::new();
    let mut upper = Vec::new();
    for rule in rules {
        match rule.constraint {
            Constraint::Min(bound) => lower.push(bound),
            Constraint::Max(bound) => upper.push(bound),
            Constraint::Range(least, greatest) => {
                lower.push(least);
                upper.push(greatest);
            }
            _ => {}
        }
    }
    (lower, upper)
}

fn whole(bound: Bound) -> Option<i128> {
    match bound {
        Bound::Whole(number) => Some(number),
        Bound::Real(_) => None,
    }
}

fn real(bound: Bound) -> f64 {
    match bound {
        Bound::Whole(number) => number as f64,
        Bound::Real(number) => number,
    }
}

macro_rules! whole_numbers {
    ($($ty:ident)*) => {$(
        impl Sample for $ty {
            fn edges(rules: &[Rule]) -> Vec<Self> {
                let (least, greatest) = $ty::span(rules);
                let candidates = [
                    least,
                    greatest,
                    least.saturating_add(1),
                    greatest.saturating_sub(1),
                    0,
                    1,
                    least.midpoint(greatest),
                ];
                let mut edges = Vec::new();
                for number in candidates {
                    if (least..=greatest).contains(&number) && !edges.contains(&number) {
                        edges.push(number);
                    }
                }
                edges
            }

            fn outside(rules: &[Rule]) -> Vec<Self> {
                let (least, greatest) = $ty::span(rules);
                let next = [least.checked_sub(1), greatest.checked_add(1)];
                let far = [$ty::MIN, $ty::MAX].map(Some);
                let mut outside = Vec::new();
                for number in next.into_iter().chain(far).flatten() {
                    if !(least..=greatest).contains(&number) && !outside.contains(&number) {
                        outside.push(number);
                    }
                }
                outside
            }

            fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
                let (least, greatest) = $ty::span(rules);
                if least > greatest {
                    return None;
                }
                if dice(2) == 0 {
                    // Small numbers are as likely as great ones.
                    let bits = dice($ty::BITS.min(63).into());
                    let step = $ty::try_from(dice(1 << bits)).ok();
                    let origin: $ty = least.max(0).min(greatest);
                    let near = step.and_then(|step| match dice(2) {
                        0 => origin.checked_add(step),
                        _ => origin.checked_sub(step),
                    });
                    if let Some(near) = near.filter(|near| (least..=greatest).contains(near)) {
                        return Some(near);
                    }
                }
                // Two's complement: the distance is right for signed numbers, too.
                let width = (greatest as u128).wrapping_sub(least as u128);
                let thrown = (u128::from(dice(u64::MAX)) << 64) | u128::from(dice(u64::MAX));
                let step = width.checked_add(1).map_or(thrown, |count| thrown % count);
                Some((least as u128).wrapping_add(step) as $ty)
            }
        }

        impl Span for $ty {
            fn span(rules: &[Rule]) -> (Self, Self) {
                let (lower, upper) = bounds(rules);
                let lower = lower.into_iter().filter_map(whole).max();
                let upper = upper.into_iter().filter_map(whole).min();
                (
                    lower.and_then(|bound| bound.try_into().ok()).unwrap_or($ty::MIN),
                    upper.and_then(|bound| bound.try_into().ok()).unwrap_or($ty::MAX),
                )
            }
        }
    )*};
}

/// The least and the greatest number that rules allow.
trait Span: Sized {
    fn span(rules: &[Rule]) -> (Self, Self);
}

whole_numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

macro_rules! real_numbers {
    ($($ty:ident)*) => {$(
        impl Sample for $ty {
            fn edges(rules: &[Rule]) -> Vec<Self> {
                let (lower, upper) = bounds(rules);
                let bounds = lower.into_iter().chain(upper).map(|bound| real(bound) as $ty);
                let candidates = bounds.chain([0.0, 1.0, -1.0, $ty::MIN_POSITIVE]);
                let mut edges = Vec::new();
                for number in candidates {
                    if $ty::allows(rules, number) && !edges.contains(&number) {
                        edges.push(number);
                    }
                }
                edges
            }

            fn outside(rules: &[Rule]) -> Vec<Self> {
                let (lower, upper) = bounds(rules);
                if lower.is_empty() && upper.is_empty() {
                    return Vec::new();
                }
                let below = lower.into_iter().map(|bound| (real(bound) as $ty).next_down());
                let above = upper.into_iter().map(|bound| (real(bound) as $ty).next_up());
                let outside = below.chain(above).chain([$ty::NEG_INFINITY, $ty::INFINITY]);
                let outside = outside.filter(|number| !$ty::allows(rules, *number));
                outside.chain([$ty::NAN]).collect()
            }

            fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
                let (lower, upper) = bounds(rules);
                let lower = lower.into_iter().map(real).reduce(f64::max);
                let upper = upper.into_iter().map(real).reduce(f64::min);
                let least = lower.unwrap_or(upper.map_or(-REACH, |upper| upper - REACH));
                let greatest = upper.unwrap_or(least + REACH);
                let share = dice(1 << 53) as f64 / (1_u64 << 53) as f64;
                let drawn = (least * (1.0 - share) + greatest * share) as $ty;
                Some(drawn).filter(|number| $ty::allows(rules, *number))
            }
        }

        impl Allows for $ty {
            fn allows(rules: &[Rule], number: Self) -> bool {
                let (lower, upper) = bounds(rules);
                lower.into_iter().all(|bound| number >= real(bound) as $ty)
                    && upper.into_iter().all(|bound| number <= real(bound) as $ty)
            }
        }
    )*};
}

/// Whether rules allow a number.
trait Allows {
    fn allows(rules: &[Rule], number: Self) -> bool;
}

real_numbers!(f32 f64);
