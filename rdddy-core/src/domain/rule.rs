//! What makes a value valid, as data.

use std::fmt;

/// One rule of a [`ValueObject`](super::ValueObject).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// The field that it is about; none if it is about the whole value.
    pub field: Option<Field>,
    /// What it asks for.
    pub constraint: Constraint,
    /// What it asks for, as a sentence for people.
    pub message: &'static str,
}

impl Rule {
    /// A rule about the whole value.
    #[must_use]
    pub const fn new(constraint: Constraint, message: &'static str) -> Self {
        Rule { field: None, constraint, message }
    }

    /// The same rule, about the field with this index, counted from 0, and this name.
    #[must_use]
    pub const fn on(mut self, index: usize, name: &'static str) -> Self {
        self.field = Some(Field { index, name });
        self
    }
}

/// A field of a value object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its place among the fields, counted from 0.
    pub index: usize,
    /// Its name.
    pub name: &'static str,
}

/// What a [`Rule`] asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Constraint {
    /// A number at least this great.
    Min(Bound),
    /// A number at most this great.
    Max(Bound),
    /// A number between two others, both of them included.
    Range(Bound, Bound),
    /// A text or a collection that is not empty.
    NotEmpty,
    /// A text of at least this many characters.
    MinChars(usize),
    /// A text of at most this many characters.
    MaxChars(usize),
    /// A condition, by its source text.
    Check(&'static str),
    /// A text that reads as this type. Not among the rules of a type: it is what a failed
    /// `parse` has broken.
    Form(&'static str),
}

/// A number that bounds others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A whole number. One beyond `i128` counts as the greatest `i128`.
    Whole(i128),
    /// Any other number.
    Real(f64),
}

impl Bound {
    /// A bound of an unsigned number.
    #[must_use]
    pub const fn unsigned(number: u128) -> Self {
        const MAX: u128 = i128::MAX.unsigned_abs();
        Bound::Whole(if number > MAX { i128::MAX } else { number.cast_signed() })
    }

    /// The greatest whole number below this one; a real number stays.
    #[must_use]
    pub const fn before(self) -> Self {
        match self {
            Bound::Whole(number) => Bound::Whole(number.saturating_sub(1)),
            Bound::Real(number) => Bound::Real(number),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Whole(number) => number.fmt(f),
            Bound::Real(number) => number.fmt(f),
        }
    }
}
