//! Moving tokens, so that what is wrong with them is reported where it makes sense to the user.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// `tokens`, standing at `span`. They still mean what they meant where they came from.
pub(crate) fn relocated(tokens: impl ToTokens, span: Span) -> TokenStream {
    let move_one = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), relocated(group.stream(), span));
            moved.set_span(group.span().located_at(span));
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(token.span().located_at(span));
            token
        }
    };
    tokens.into_token_stream().into_iter().map(move_one).collect()
}
