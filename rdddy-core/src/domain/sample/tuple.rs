//! Tuples: the fields of a value object, each with the rules that are about it.

use super::{Dice, Sample};
use crate::domain::Rule;

/// The rules about the field at `index`.
fn about(rules: &[Rule], index: usize) -> Vec<Rule> {
    let about = rules.iter().filter(|rule| rule.field.is_some_and(|field| field.index == index));
    about.copied().collect()
}

macro_rules! tuples {
    ($($ty:ident $index:tt),*) => {
        impl<$($ty: Sample + Clone),*> Sample for ($($ty,)*) {
            /// Each edge of each field at least once; not every combination.
            fn edges(rules: &[Rule]) -> Vec<Self> {
                let edges = ($($ty::edges(&about(rules, $index)),)*);
                let most = [$(edges.$index.len()),*].into_iter().max().unwrap_or(0);
                (0..most)
                    .filter_map(|at| {
                        Some(($(edges.$index.get(at.checked_rem(edges.$index.len())?)?.clone(),)*))
                    })
                    .collect()
            }

            /// One field outside, the others at their first edge.
            fn outside(rules: &[Rule]) -> Vec<Self> {
                let first = ($($ty::edges(&about(rules, $index)).into_iter().next(),)*);
                let mut found = Vec::new();
                $(for outside in $ty::outside(&about(rules, $index)) {
                    let mut fields = first.clone();
                    fields.$index = Some(outside);
                    found.push(fields);
                })*
                found.into_iter().filter_map(|fields| Some(($(fields.$index?,)*))).collect()
            }

            fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
                Some(($($ty::draw(&about(rules, $index), dice)?,)*))
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
