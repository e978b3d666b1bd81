//! What may be a name of a message, or of a bounded context.

use syn::LitStr;

use super::codes::Code;
use super::mistakes::{Mistake, Mistakes};

/// The name of a message type in its context: letters, digits, `_` and `-`.
pub(crate) fn check_message_name(name: &LitStr, mistakes: &mut Mistakes) {
    check(name, "the name of a message", "", "PlaceOrder", mistakes);
}

/// The name of a bounded context: letters, digits, `_`, `-` and `.`.
pub(crate) fn check_context_name(name: &LitStr, mistakes: &mut Mistakes) {
    check(name, "the name of a bounded context", ".", "sales", mistakes);
}

fn check(name: &LitStr, what: &str, also: &str, example: &str, mistakes: &mut Mistakes) {
    let text = name.value();
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-') || also.contains(c);
    let sentence = if text.is_empty() {
        format!("{what} is not empty")
    } else if let Some(stranger) = text.chars().find(|c| !allowed(*c)) {
        let dot = if also.is_empty() { "" } else { ", `.`" };
        format!("{what} is made of letters, digits, `_`, `-`{dot}; it has no {stranger:?}")
    } else {
        return;
    };
    mistakes.report(Mistake::at(Code::E022, name, sentence).help(format!("write `\"{example}\"`")));
}
