//! Texts and characters.

use super::{Dice, Sample};
use crate::domain::{Constraint, Rule};

/// Characters more than the least that a text is drawn with.
const DRAWN_CHARS: usize = 32;

/// Letters, digits, signs; characters of two, three and four bytes; one that combines; one that is
/// invisible.
const ALPHABET: &[char] = &[
    'a', 'b', 'm', 'z', 'A', 'B', 'M', 'Z', '0', '1', '5', '9', ' ', '-', '_', '.', ',', '@', '/',
    '\'', '"', '\\', '<', '&', '%', ';', 'é', 'ß', 'İ', 'ж', '中', '🦀', '\u{301}', '\u{200b}',
];

/// Whether something that is empty breaks the rules.
pub(super) fn asks_for_content(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match rule.constraint {
        Constraint::NotEmpty => true,
        Constraint::MinChars(least) => least > 0,
        _ => false,
    })
}

/// The fewest and the most characters that the rules allow.
fn span(rules: &[Rule]) -> (usize, Option<usize>) {
    let mut least = usize::from(asks_for_content(rules));
    let mut most: Option<usize> = None;
    for rule in rules {
        match rule.constraint {
            Constraint::MinChars(count) => least = least.max(count),
            Constraint::MaxChars(count) => most = Some(most.map_or(count, |most| most.min(count))),
            _ => {}
        }
    }
    (least, most)
}

impl Sample for String {
    fn edges(rules: &[Rule]) -> Vec<Self> {
        let (least, most) = span(rules);
        let shortest = [least, least.saturating_add(1)];
        let lengths = shortest.into_iter().filter(|count| most.is_none_or(|most| *count <= most));
        let mut edges = Vec::new();
        for length in lengths.chain(most) {
            for character in ['a', '7', '🦀'] {
                let text = character.to_string().repeat(length);
                if !edges.contains(&text) {
                    edges.push(text);
                }
            }
        }
        edges
    }

    fn outside(rules: &[Rule]) -> Vec<Self> {
        let (least, most) = span(rules);
        let short = least.checked_sub(1).into_iter();
        let empty = (least > 1).then_some(0);
        let long = most.and_then(|most| most.checked_add(1));
        short.chain(empty).chain(long).map(|length| "a".repeat(length)).collect()
    }

    fn draw(rules: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
        let (least, most) = span(rules);
        let longest = least.saturating_add(DRAWN_CHARS);
        let more = most.map_or(longest, |most| most.min(longest)).checked_sub(least)?;
        let length = least + usize::try_from(dice(u64::try_from(more).ok()? + 1)).ok()?;
        (0..length)
            .map(|_| {
                let at = dice(u64::try_from(ALPHABET.len()).ok()?);
                ALPHABET.get(usize::try_from(at).ok()?)
            })
            .collect()
    }
}

impl Sample for char {
    fn edges(_: &[Rule]) -> Vec<Self> {
        ALPHABET.to_vec()
    }

    fn outside(_: &[Rule]) -> Vec<Self> {
        Vec::new()
    }

    fn draw(_: &[Rule], dice: &mut Dice<'_>) -> Option<Self> {
        // The gap of the surrogates is not a character: then a letter.
        u32::try_from(dice(0x11_0000)).ok().map(|code| char::from_u32(code).unwrap_or('a'))
    }
}
