//! What an option says about times and attempts: `retry(max = 5, backoff = "100ms..10s")`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{LitInt, LitStr};

use crate::support::codes::Code;
use crate::support::duration;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Form, OptionSpec, OptionTable, Value};

static RETRY: OptionTable = OptionTable {
    attribute: "retry",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "max",
            form: Form::Whole,
            usage: "max = 5",
            meaning: "attempts, the first one included",
        },
        OptionSpec {
            name: "backoff",
            form: Form::Text,
            usage: "backoff = \"100ms..10s\"",
            meaning: "the first pause, twice as long after each attempt, and the longest",
        },
    ],
};

/// How often something is tried; whatever was not said is left as it is.
#[derive(Default)]
pub(crate) struct RetryOptions {
    max: Option<u32>,
    backoff: Option<(Duration, Duration)>,
}

impl RetryOptions {
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut options = RetryOptions::default();
        for given in RETRY.parse(tokens, mistakes) {
            match given.value {
                Value::Whole(max) => options.max = positive(&max, mistakes),
                Value::Text(range) => {
                    options.backoff = time(&range, duration::parse_range, mistakes);
                }
                _ => {}
            }
        }
        options
    }

    /// The `Retry` that this makes of `base`.
    pub(crate) fn expand(&self, private: &Private, base: &impl ToTokens) -> TokenStream {
        let max = self.max.map(|max| quote!(.attempts(#max)));
        let backoff = self.backoff.map(|(first, longest)| {
            let span = Span::call_site();
            let (first, longest) = (duration::expand(first, span), duration::expand(longest, span));
            quote!(.backoff(#first, #longest))
        });
        quote!(#private::#base #max #backoff)
    }
}

/// A number that is not 0.
pub(crate) fn positive(literal: &LitInt, mistakes: &mut Mistakes) -> Option<u32> {
    let value = literal.base10_parse().ok().filter(|value| *value > 0);
    if value.is_none() {
        mistakes.report(
            Mistake::at(Code::E002, literal, "this is counted from 1")
                .help("write a whole number from 1"),
        );
    }
    value
}

/// What `parse` makes of a time, or of a range of times.
pub(crate) fn time<T>(
    text: &LitStr,
    parse: fn(&str) -> Result<T, String>,
    mistakes: &mut Mistakes,
) -> Option<T> {
    match parse(&text.value()) {
        Ok(value) => Some(value),
        Err(sentence) => {
            let help = "write a duration as in `\"15m\"`, a range as in `\"100ms..10s\"`";
            mistakes.report(Mistake::at(Code::E002, text, sentence).help(help));
            None
        }
    }
}
