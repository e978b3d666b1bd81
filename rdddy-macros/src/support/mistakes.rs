//! Mistakes of the user: collected, so that all of one item are reported at once.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use super::codes::Code;

/// A mistake: what is wrong, where, and what to write instead.
pub(crate) struct Mistake {
    code: Code,
    at: TokenStream,
    sentence: String,
    helps: Vec<String>,
}

impl Mistake {
    /// A mistake in the tokens `at`.
    pub(crate) fn at(code: Code, at: impl ToTokens, sentence: impl Into<String>) -> Self {
        Mistake { code, at: at.into_token_stream(), sentence: sentence.into(), helps: Vec::new() }
    }

    /// With a line that says what to write instead.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    fn into_error(self) -> syn::Error {
        let mut text = format!("{}: {}", self.code, self.sentence);
        for help in self.helps {
            text.push_str("\nhelp: ");
            text.push_str(&help);
        }
        if self.at.is_empty() {
            syn::Error::new(Span::call_site(), text)
        } else {
            syn::Error::new_spanned(self.at, text)
        }
    }
}

/// The mistakes found so far. Exists only within [`collect`], so none can be forgotten.
pub(crate) struct Mistakes(Vec<syn::Error>);

impl Mistakes {
    /// Adds `mistake`.
    pub(crate) fn report(&mut self, mistake: Mistake) {
        self.0.push(mistake.into_error());
    }

    /// Adds what syn has to say.
    pub(crate) fn syntax(&mut self, error: syn::Error) {
        self.0.push(error);
    }
}

/// What `expand` makes, followed by the mistakes that it reports.
pub(crate) fn collect(expand: impl FnOnce(&mut Mistakes) -> TokenStream) -> TokenStream {
    let mut mistakes = Mistakes(Vec::new());
    let mut tokens = expand(&mut mistakes);
    tokens.extend(mistakes.0.iter().map(syn::Error::to_compile_error));
    tokens
}
