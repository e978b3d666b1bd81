//! Typed ids, and where new ones come from.

use std::fmt::{self, Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use thiserror::Error;

use crate::limits::ID_BYTES_MAX;

/// The type of an id: that of an order cannot be taken for that of a customer.
///
/// Implemented by `#[derive(Id)]` on `struct OrderId(u128)`, or over `u64` or `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an id",
    label = "an id is needed here",
    note = "help: add `#[derive(Id)]` to `struct {Self}(u128)`, or over `u64` or `String`"
)]
pub trait Id:
    Clone + Debug + Display + FromStr<Err = IdError> + Hash + Ord + Send + Sync + 'static
{
    /// What it is made of.
    type Inner;
}

/// Where new ids come from: the context of a decision. There is no other way to make a random id,
/// so that a decision can be repeated.
pub trait IdSource {
    /// An id that this source has not given before.
    fn next_id(&self) -> u128;
}

impl<S: IdSource + ?Sized> IdSource for &S {
    fn next_id(&self) -> u128 {
        (**self).next_id()
    }
}

/// Why something is not an id.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdError {
    /// It is empty.
    #[error("an id is not empty")]
    Empty,
    /// It is too long.
    #[error("an id has at most {ID_BYTES_MAX} bytes, not {bytes}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It has a character that has no place in a log or in an address.
    #[error("an id has no control characters, such as the one at byte {at}")]
    Control {
        /// Where the first one begins.
        at: usize,
    },
    /// It does not read as a number.
    #[error("an id of this type is a whole number below 2^64")]
    NotANumber,
    /// It does not read as 128 bits.
    #[error("an id of this type is 32 hexadecimal digits, with or without the hyphens of a UUID")]
    NotHexadecimal,
}

/// The text of an id, if it may be one: not empty, not long, without control characters.
///
/// # Errors
///
/// What is wrong with it.
#[doc(hidden)]
pub fn checked_id_text(text: String) -> Result<String, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong { bytes: text.len() });
    }
    match text.char_indices().find(|(_, character)| character.is_control()) {
        Some((at, _)) => Err(IdError::Control { at }),
        None => Ok(text),
    }
}

/// Reads what [`u64`] writes, and nothing else, so that each id has one text.
///
/// # Errors
///
/// It is something else.
#[doc(hidden)]
pub fn parse_id_number(text: &str) -> Result<u64, IdError> {
    let canonical = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| canonical).ok_or(IdError::NotANumber)
}

/// Writes 128 bits as a UUID is written.
///
/// # Errors
///
/// Those of the formatter.
#[doc(hidden)]
pub fn format_id(id: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = format!("{id:032x}");
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| &digits[group]);
    f.pad(&groups.join("-"))
}

/// Reads what [`format_id`] writes; capitals and missing hyphens are fine.
///
/// # Errors
///
/// It is something else.
#[doc(hidden)]
pub fn parse_id(text: &str) -> Result<u128, IdError> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let digits: String = match text.len() {
        32 => text.to_owned(),
        36 if HYPHENS.iter().all(|at| text.as_bytes()[*at] == b'-') => {
            let places = text.char_indices().filter(|(at, _)| !HYPHENS.contains(at));
            places.map(|(_, character)| character).collect()
        }
        _ => return Err(IdError::NotHexadecimal),
    };
    if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(IdError::NotHexadecimal);
    }
    u128::from_str_radix(&digits, 16).map_err(|_| IdError::NotHexadecimal)
}
