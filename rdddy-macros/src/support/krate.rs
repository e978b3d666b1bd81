//! The path under which the user's crate knows `rdddy`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{env, fs};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::relocate::relocated;

/// The path of `package` by its name in the user's `Cargo.toml`.
pub(crate) fn path_of(package: &str) -> TokenStream {
    absolute(&name_of(package), Span::call_site())
}

fn absolute(name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    quote_spanned!(span=> ::#name)
}

/// The path of what generated code calls.
#[derive(Clone)]
pub(crate) enum Private {
    /// In the crate that the user gave.
    Given(syn::Path),
    /// In the crate of this name.
    Found(String),
}

impl Private {
    /// That path in `rdddy`, or in the crate that the user gave.
    pub(crate) fn new(given: Option<syn::Path>) -> Self {
        given.map_or_else(|| Private::Found(name_of("rdddy")), Private::Given)
    }

    /// The path, standing at `span`: what is wrong with what it leads to is reported there.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let krate = match self {
            Private::Given(path) => relocated(path, span),
            Private::Found(name) => absolute(name, span),
        };
        quote_spanned!(span=> #krate::__private)
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.at(Span::call_site()));
    }
}

fn name_of(package: &str) -> String {
    static NAMES: OnceLock<Mutex<BTreeMap<(PathBuf, String), String>>> = OnceLock::new();
    let plain = || package.replace('-', "_");
    let Some(directory) = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
        return plain();
    };
    let names = NAMES.get_or_init(Mutex::default);
    let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
    names
        .entry((directory.clone(), package.to_owned()))
        .or_insert_with(|| renamed_in(&directory, package).unwrap_or_else(plain))
        .clone()
}

fn renamed_in(directory: &Path, package: &str) -> Option<String> {
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).ok()?;
    let own = dependencies(&manifest);
    if let Some(renamed) = own.iter().find(|d| d.package.as_deref() == Some(package)) {
        return Some(renamed.name.replace('-', "_"));
    }
    if own.iter().any(|d| d.name == package) {
        return None;
    }
    // A dependency inherited from the workspace is renamed there.
    let workspace = directory
        .ancestors()
        .filter_map(|folder| fs::read_to_string(folder.join("Cargo.toml")).ok())
        .find(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))?;
    dependencies(&workspace)
        .into_iter()
        .filter(|d| d.package.as_deref() == Some(package))
        .find(|d| own.iter().any(|o| o.name == d.name && o.inherited))
        .map(|d| d.name.replace('-', "_"))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Dependency {
    name: String,
    package: Option<String>,
    inherited: bool,
}

/// The dependencies in a manifest: enough of TOML to see names, `package` and `workspace`.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut section: Vec<String> = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_start_matches('[').split(']').next().unwrap_or_default();
            section = keys(header);
            continue;
        }
        let Some((left, right)) = line.split_once('=') else { continue };
        let mut path = section.clone();
        path.extend(keys(left));
        let Some(at) = path.iter().position(|key| key.ends_with("dependencies")) else { continue };
        let Some(name) = path.get(at + 1) else { continue };
        let index = found.iter().position(|d| d.name == *name).unwrap_or_else(|| {
            found.push(Dependency { name: name.clone(), ..Dependency::default() });
            found.len() - 1
        });
        let dependency = &mut found[index];
        match path.get(at + 2).map(String::as_str) {
            Some("package") => dependency.package = quoted(right),
            Some("workspace") => dependency.inherited = right.contains("true"),
            Some(_) => {}
            None => {
                dependency.package = value_in(right, "package").and_then(quoted);
                dependency.inherited =
                    value_in(right, "workspace").is_some_and(|v| v.trim().starts_with("true"));
            }
        }
    }
    found
}

/// The parts of a dotted key, without quotes. A quoted part with dots in it falls apart, which
/// does no harm: it is only ever a target.
fn keys(dotted: &str) -> Vec<String> {
    dotted.split('.').map(|key| key.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

/// What follows `key =` in an inline table.
fn value_in<'a>(table: &'a str, key: &str) -> Option<&'a str> {
    table
        .trim()
        .strip_prefix('{')?
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.trim().trim_matches('"') == key)
        .map(|(_, value)| value)
}

fn quoted(value: &str) -> Option<String> {
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Dependency, dependencies};

    fn renamed(name: &str) -> Dependency {
        Dependency { name: name.into(), package: Some("rdddy".into()), inherited: false }
    }

    #[test]
    fn a_renamed_dependency_is_found_in_every_spelling() {
        for manifest in [
            "[dependencies]\nmy-ddd = { version = \"1\", package = \"rdddy\" }",
            "[dependencies]\nmy-ddd.package = 'rdddy'",
            "[dependencies.my-ddd]\nversion = \"1\"\npackage = \"rdddy\" # renamed",
            "[target.'cfg(unix)'.dev-dependencies]\nmy-ddd = { package = \"rdddy\" }",
            "[workspace.dependencies]\nmy-ddd = { package = \"rdddy\", path = \".\" }",
        ] {
            assert_eq!(dependencies(manifest), [renamed("my-ddd")], "{manifest}");
        }
    }

    #[test]
    fn other_sections_are_not_dependencies() {
        let manifest = "[package]\nname = \"rdddy\"\n[features]\nx = []\n\
                        [dependencies]\nrdddy = \"1\"\nother = { workspace = true }\n";
        let plain = Dependency { name: "rdddy".into(), ..Dependency::default() };
        let other = Dependency { name: "other".into(), inherited: true, ..Dependency::default() };
        assert_eq!(dependencies(manifest), [plain, other]);
    }
}
