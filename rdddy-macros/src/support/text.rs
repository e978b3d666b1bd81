//! Tokens as people write them, for sentences and for the texts of conditions.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The source text of `tokens`, give or take a space.
pub(crate) fn source(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.into_token_stream(), &mut text);
    text
}

/// The operators of more than one character that appear in types and conditions.
const LONG: [&str; 13] =
    ["..=", "::", "..", "&&", "||", "==", "!=", "<=", ">=", "->", "=>", "<<", ">>"];

/// How a piece of text stands between its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A name, a literal, a group, or an operator that ends a value.
    Value,
    /// An operator between two values: a space on both sides.
    Binary,
    /// Holds on to what follows.
    Prefix,
    /// Holds on to both sides.
    Link,
    /// Holds on to what stands before it, as a comma does.
    Suffix,
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    let mut before = None;
    let mut generics = 0_usize;
    while let Some(token) = tokens.next() {
        let mut written = token.to_string();
        let mut joint = is_joint(&token);
        while let Some(TokenTree::Punct(next)) = tokens.peek().filter(|_| joint) {
            let longer = format!("{written}{next}");
            if generics > 0 && written == ">" || !LONG.contains(&longer.as_str()) {
                break;
            }
            written = longer;
            joint = tokens.next().as_ref().is_some_and(is_joint);
        }
        let piece = match &token {
            TokenTree::Punct(_) => operator(&written, before, text, &mut generics),
            _ => Piece::Value,
        };
        if needs_space(before, piece, &token) {
            text.push(' ');
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            _ => text.push_str(&written),
        }
        before = Some(piece);
    }
}

fn is_joint(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
}

fn operator(written: &str, before: Option<Piece>, text: &str, generics: &mut usize) -> Piece {
    let after_value = before == Some(Piece::Value);
    match written {
        "." | "::" | ".." | "..=" => Piece::Link,
        "," | ";" | ":" => Piece::Suffix,
        "?" => Piece::Value,
        "'" | "#" => Piece::Prefix,
        "<" if before != Some(Piece::Value) || names_type(text) => {
            *generics += 1;
            if before == Some(Piece::Value) { Piece::Link } else { Piece::Prefix }
        }
        ">" if *generics > 0 => {
            *generics -= 1;
            Piece::Value
        }
        // The `!` of a macro call.
        "!" if after_value => Piece::Link,
        "!" | "&" | "*" | "-" | "&&" | "|" | "||" if !after_value => Piece::Prefix,
        _ => Piece::Binary,
    }
}

fn needs_space(before: Option<Piece>, piece: Piece, token: &TokenTree) -> bool {
    let Some(before) = before else { return false };
    if matches!(before, Piece::Prefix | Piece::Link) || matches!(piece, Piece::Link | Piece::Suffix)
    {
        return false;
    }
    match (before, token) {
        (Piece::Value, TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        (Piece::Value, TokenTree::Punct(_)) => piece != Piece::Value,
        _ => true,
    }
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Brace => ("{ ", " }"),
        Delimiter::None => ("", ""),
    }
}

/// Whether `text` ends in the name of a type: it begins with a capital, that of a value does not.
fn names_type(text: &str) -> bool {
    let word = text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    word.chars().next().is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::source;

    #[test]
    fn tokens_read_like_source() {
        for text in [
            "self.count",
            "!self.placed",
            "self.stock >= 0",
            "self.items.len() == old(self.items.len()) + 1",
            "self.a && !self.b",
            "cmd.quantity > 0 || cmd.urgent",
            "HashMap<String, Vec<u8>>",
            "Result<(), OrderError>",
            "&PlaceOrder",
            "rdddy::Context<Self>",
            "&mut Context<Self>",
            "matches!(self.state, State::Open { .. })",
            "result.is_ok()",
            "-1 < self.x",
            "*result == 5",
            "(0..10).contains(&self.level)",
        ] {
            let tokens: proc_macro2::TokenStream = text.parse().expect(text);
            assert_eq!(source(tokens), text);
        }
    }
}
