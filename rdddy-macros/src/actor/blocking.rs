//! W008: calls that block their thread, in the body of an async handler.
//!
//! A scan over tokens, not over types: it knows the usual names, and leaves alone what is handed to
//! another thread.

use proc_macro2::{Group, TokenStream, TokenTree};

use super::model::BlockingCall;

/// What blocks, by its whole path, and what to call it.
const BLOCKING: [(&[&str], &str); 5] = [
    (&["std", "thread", "sleep"], "std::thread::sleep"),
    (&["thread", "sleep"], "std::thread::sleep"),
    (&["std", "fs"], "std::fs"),
    (&["std", "net"], "std::net"),
    (&["reqwest", "blocking"], "reqwest::blocking"),
];

/// What runs its argument on another thread, by the end of its path.
const ELSEWHERE: [&[&str]; 3] = [&["spawn_blocking"], &["thread", "spawn"], &["block_in_place"]];

/// The calls in `body` that block.
pub(crate) fn calls(body: &Group) -> Vec<BlockingCall> {
    let mut found = Vec::new();
    scan(body.stream(), &mut found);
    found
}

fn scan(tokens: TokenStream, found: &mut Vec<BlockingCall>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut path: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) => {
                if !follows_colons(&tokens[..at]) {
                    path.clear();
                }
                path.push(ident.to_string());
                if let Some(text) = blocks(&path)
                    && !is_declared(&tokens[..at])
                {
                    found.push(BlockingCall { at: ident.span(), text });
                }
            }
            TokenTree::Group(group) => {
                if !ELSEWHERE.iter().any(|end| ends_with(&path, end)) {
                    scan(group.stream(), found);
                }
                path.clear();
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            TokenTree::Punct(_) | TokenTree::Literal(_) => path.clear(),
        }
    }
}

fn blocks(path: &[String]) -> Option<&'static str> {
    if path.last().is_some_and(|name| name == "block_on") {
        return Some("block_on");
    }
    BLOCKING.iter().find(|(whole, _)| path == *whole).map(|(_, text)| *text)
}

fn ends_with(path: &[String], end: &[&str]) -> bool {
    path.len() >= end.len() && path[path.len() - end.len()..] == *end
}

fn follows_colons(before: &[TokenTree]) -> bool {
    matches!(before, [.., one, two] if is_punct(one, ':') && is_punct(two, ':'))
}

/// Whether the name after `before` is imported or defined, not used.
fn is_declared(before: &[TokenTree]) -> bool {
    before
        .iter()
        .rev()
        .take_while(|token| !is_punct(token, ';'))
        .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "use" || ident == "fn"))
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}
