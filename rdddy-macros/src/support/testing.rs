//! What the tests of the macros share.

use proc_macro2::TokenStream;
use syn::{ImplItem, Item};

/// Tokens from source text.
pub(crate) fn tokens(source: &str) -> TokenStream {
    source.parse().unwrap_or_else(|error| panic!("{error}: {source}"))
}

/// The items of an expansion, and the texts of the mistakes among them.
pub(crate) fn expansion(tokens: &TokenStream) -> (Vec<Item>, Vec<String>) {
    let file: syn::File = syn::parse2(tokens.clone())
        .unwrap_or_else(|error| panic!("not valid Rust: {error}\n{tokens}"));
    let (mistakes, items): (Vec<_>, Vec<_>) =
        file.items.into_iter().partition(|item| mistake(item).is_some());
    (items, mistakes.iter().filter_map(mistake).collect())
}

fn mistake(item: &Item) -> Option<String> {
    let Item::Macro(item) = item else { return None };
    let is_error = item.mac.path.segments.last()?.ident == "compile_error";
    is_error.then(|| syn::parse2::<syn::LitStr>(item.mac.tokens.clone()).expect("a text").value())
}

/// Fails unless there is one mistake per expected beginning, in that order.
#[track_caller]
pub(crate) fn assert_mistakes(tokens: &TokenStream, expected: &[&str]) {
    let (_, mistakes) = expansion(tokens);
    let fits = mistakes.len() == expected.len()
        && mistakes.iter().zip(expected).all(|(mistake, start)| mistake.starts_with(start));
    assert!(fits, "expected {expected:#?}, found {mistakes:#?}");
    let has_help = mistakes.iter().all(|mistake| mistake.contains("\nhelp: "));
    assert!(has_help, "each mistake says what to write instead: {mistakes:#?}");
}

/// Fails unless both are the same code.
#[track_caller]
pub(crate) fn assert_same(actual: &TokenStream, expected: &str) {
    let (actual, expected) = (squeezed(actual), squeezed(&tokens(expected)));
    let lines = |text: &str| text.replace([';', '{', '}'], "\n");
    let difference = lines(&actual)
        .lines()
        .zip(lines(&expected).lines())
        .find(|(one, other)| one != other)
        .map(|(one, other)| format!("\n  actual: {one}\nexpected: {other}"));
    assert!(actual == expected, "{}", difference.unwrap_or(actual));
}

/// Fails unless `parts` occur in the code, one after the other.
#[track_caller]
pub(crate) fn assert_contains(actual: &TokenStream, parts: &[&str]) {
    let actual = squeezed(actual);
    let mut rest = actual.as_str();
    for part in parts {
        let part = squeezed(&tokens(part));
        let at = rest.find(&part).unwrap_or_else(|| panic!("no `{part}` in\n{rest}"));
        rest = &rest[at + part.len()..];
    }
}

/// The code without spaces, which differ by where tokens come from.
fn squeezed(tokens: &TokenStream) -> String {
    tokens.to_string().replace([' ', '\n'], "")
}

/// The name of each trait that the items implement, in order.
pub(crate) fn implemented(items: &[Item]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items {
        match item {
            Item::Impl(block) => names.extend(block.trait_.as_ref().map(|(path, _)| {
                super::text::source(path.segments.last().expect("a path has a last segment"))
            })),
            Item::Const(block) => {
                if let syn::Expr::Block(block) = &*block.expr {
                    let inner = block.block.stmts.iter().filter_map(|statement| match statement {
                        syn::Stmt::Item(item) => Some(item.clone()),
                        _ => None,
                    });
                    names.extend(implemented(&inner.collect::<Vec<_>>()));
                }
            }
            _ => {}
        }
    }
    names
}

/// The attributes left on the methods of the first impl block.
pub(crate) fn method_attributes(items: &[Item]) -> Vec<String> {
    let block = items.iter().find_map(|item| match item {
        Item::Impl(block) => Some(block),
        _ => None,
    });
    let methods = block.into_iter().flat_map(|block| &block.items);
    methods
        .filter_map(|item| match item {
            ImplItem::Fn(method) => Some(&method.attrs),
            _ => None,
        })
        .flatten()
        .map(|attribute| super::text::source(attribute.path()))
        .collect()
}
