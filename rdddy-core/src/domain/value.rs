//! Values that cannot be invalid.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use super::Rule;

/// Characters of a refused value that an error keeps.
const FOUND_CHARS_MAX: usize = 80;

/// A value that is valid as long as it exists: it can only be made through its rules. Equal by its
/// attributes, and never changed.
///
/// Implemented by `#[derive(ValueObject)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value object",
    label = "a value object is needed here",
    note = "help: add `#[derive(ValueObject)]` to `{Self}`"
)]
pub trait ValueObject: Sized + 'static {
    /// What it is made of: the type of its only field, or those of all its fields as a tuple.
    type Inner;
    /// The name of the type.
    const NAME: &'static str;
    /// Whether it says something about a person, and so must not show in `Debug`, logs or traces.
    const PERSONAL: bool;

    /// What makes a value valid, in the order in which it is checked.
    fn rules() -> &'static [Rule];

    /// Makes a value, after normalizing `inner`.
    ///
    /// # Errors
    ///
    /// The first rule that does not hold.
    fn from_inner(inner: Self::Inner) -> Result<Self, Invalid<Self>>;

    /// What it is made of.
    fn into_inner(self) -> Self::Inner;

    /// Values that are known to be valid, for tests: where the rules are such that valid values are
    /// not found by chance.
    #[must_use]
    fn examples() -> Vec<Self::Inner> {
        Vec::new()
    }
}

/// Why something is not a `V`: the rule that does not hold.
///
/// Of a personal value, it does not keep what was found.
pub struct Invalid<V> {
    rule: &'static Rule,
    found: Option<Box<str>>,
    of: PhantomData<fn() -> V>,
}

impl<V: ValueObject> Invalid<V> {
    /// `rule` does not hold.
    #[must_use]
    pub const fn new(rule: &'static Rule) -> Self {
        Invalid { rule, found: None, of: PhantomData }
    }

    /// With the beginning of what was found instead; nothing if the value is personal.
    #[must_use]
    pub fn found(mut self, found: &dyn fmt::Debug) -> Self {
        if !V::PERSONAL {
            let text = format!("{found:?}");
            let mut kept: String = text.chars().take(FOUND_CHARS_MAX).collect();
            if kept.len() < text.len() {
                kept.push('…');
            }
            self.found = Some(kept.into_boxed_str());
        }
        self
    }
}

impl<V> Invalid<V> {
    /// The rule that does not hold.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// What the rule asks for, as a sentence.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.rule.message
    }
}

impl<V: ValueObject> fmt::Debug for Invalid<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invalid")
            .field("of", &V::NAME)
            .field("rule", self.rule)
            .field("found", &self.found)
            .finish()
    }
}

impl<V> fmt::Display for Invalid<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.message)?;
        match &self.found {
            Some(found) => write!(f, " (found {found})"),
            None => Ok(()),
        }
    }
}

impl<V: ValueObject> Error for Invalid<V> {}

impl<V> Clone for Invalid<V> {
    fn clone(&self) -> Self {
        Invalid { rule: self.rule, found: self.found.clone(), of: PhantomData }
    }
}

impl<V> PartialEq for Invalid<V> {
    fn eq(&self, other: &Self) -> bool {
        self.rule == other.rule && self.found == other.found
    }
}

/// Reads a `T`, of which a `V` is made.
///
/// # Errors
///
/// `text` does not read as a `T`.
#[doc(hidden)]
pub fn written<V: ValueObject, T: std::str::FromStr>(
    text: &str,
    rule: &'static Rule,
) -> Result<T, Invalid<V>> {
    text.parse().map_err(|_| Invalid::new(rule).found(&text))
}
