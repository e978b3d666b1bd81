//! What is said about text that does not read as a personal value.

use serde::de::Error;

/// All that JSON's syntax errors say: nothing of it repeats what was read.
const OF_SYNTAX: [&str; 21] = [
    "EOF while parsing a list",
    "EOF while parsing an object",
    "EOF while parsing a string",
    "EOF while parsing a value",
    "expected `:`",
    "expected `,` or `]`",
    "expected `,` or `}`",
    "expected ident",
    "expected value",
    "expected `\"`",
    "invalid escape",
    "invalid number",
    "number out of range",
    "invalid unicode code point",
    "control character (\\u0000-\\u001F) found while parsing a string",
    "key must be a string",
    "lone leading surrogate in hex escape",
    "trailing comma",
    "trailing characters",
    "unexpected end of hex escape",
    "recursion limit exceeded",
];

/// `error`, unless it may repeat the value: what a format says about a value of another type does, and
/// what it says about its own syntax does not. That is told by its text, because nothing is known of
/// the type, so only what is known to be harmless is let through.
#[doc(hidden)]
pub fn discreet<E: Error>(error: E, name: &'static str) -> E {
    let text = error.to_string();
    let sentence = text.split_once(" at line ").map_or(&*text, |(sentence, _)| sentence);
    if OF_SYNTAX.contains(&sentence) && is_place(&text[sentence.len()..]) {
        return error;
    }
    E::custom(format_args!("this does not read as `{name}`"))
}

/// Whether this is empty, or ` at line 1 column 2`.
fn is_place(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || " atlinecolumn".contains(c))
}
