//! One method for each type of message.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use syn::Type;

use super::Hearing;
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::text::source;

/// E005. The second of two handlers for one event would never be called.
pub(crate) fn check_one_per_event(handlers: &mut Vec<Hearing>, mistakes: &mut Mistakes) {
    check_one_per_type(handlers, |handler| (handler.event.as_ref(), &handler.method), mistakes);
}

/// E005. Keeps the first of each type; what has no type is dropped.
pub(crate) fn check_one_per_type<T>(
    methods: &mut Vec<T>,
    of: impl Fn(&T) -> (Option<&Type>, &Ident),
    mistakes: &mut Mistakes,
) {
    let mut first: BTreeMap<String, Ident> = BTreeMap::new();
    methods.retain(|one| {
        let (Some(ty), method) = of(one) else { return false };
        let Some(earlier) = first.get(&source(ty)) else {
            first.insert(source(ty), method.clone());
            return true;
        };
        let sentence = format!("`{}` already has a handler here: `{earlier}`", source(ty));
        mistakes.report(
            Mistake::at(Code::E005, ty, sentence)
                .help(format!("let `{earlier}` call `{method}`, and remove the attribute")),
        );
        false
    });
}
