//! Options, declared once in a table: the table is the parser, the list in an error, the "did you
//! mean", and the documentation.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitBool, LitInt, LitStr, Path, Token, Type};

use super::codes::Code;
use super::mistakes::{Mistake, Mistakes};
use super::suggest::nearest;
use super::text::source;

/// The options of one attribute.
#[derive(Debug)]
pub(crate) struct OptionTable {
    /// The attribute, for example `#[actor]`.
    pub(crate) attribute: &'static str,
    /// The code of a mistake in them.
    pub(crate) code: Code,
    /// The options, in the order in which they are listed.
    pub(crate) options: &'static [OptionSpec],
}

/// One option.
#[derive(Debug)]
pub(crate) struct OptionSpec {
    /// Its name.
    pub(crate) name: &'static str,
    /// What follows the name.
    pub(crate) form: Form,
    /// How it is written: can be pasted.
    pub(crate) usage: &'static str,
    /// What it does, for the documentation.
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation is checked by a test"))]
    pub(crate) meaning: &'static str,
}

/// What follows the name of an option.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Nothing.
    Flag,
    /// Nothing, or `= true`, or `= false`.
    Switch,
    /// `= "text"`.
    Text,
    /// `= 5`.
    Whole,
    /// `= Type`.
    Type,
    /// `= name: Type`.
    Typed,
    /// `= expression`.
    Expression,
    /// `= path::to::something`.
    Path,
    /// `= word`, one of these.
    Word(&'static [&'static str]),
    /// `(anything)`.
    Arguments,
}

/// The value of an option.
pub(crate) enum Value {
    Flag(bool),
    Text(LitStr),
    Whole(LitInt),
    Type(Type),
    Typed(Ident, Type),
    Expression(Expr),
    Path(Path),
    Word(Ident),
    Arguments(TokenStream),
}

/// An option that was given.
pub(crate) struct Given {
    pub(crate) key: Ident,
    pub(crate) spec: &'static OptionSpec,
    pub(crate) value: Value,
}

impl OptionTable {
    /// Reads `tokens` as a list of options of this table; what is wrong in it goes to `mistakes`.
    pub(crate) fn parse(&'static self, tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<Given> {
        self.parse_all([tokens], mistakes)
    }

    /// Reads several lists as if they were one.
    pub(crate) fn parse_all(
        &'static self,
        lists: impl IntoIterator<Item = TokenStream>,
        mistakes: &mut Mistakes,
    ) -> Vec<Given> {
        let mut given = Vec::new();
        for tokens in lists {
            let parser = |input: ParseStream<'_>| {
                while !input.is_empty() {
                    if let Some(option) = self.parse_one(input, mistakes) {
                        self.add(option, &mut given, mistakes);
                    }
                    if !input.is_empty() {
                        input.parse::<Token![,]>()?;
                    }
                }
                Ok(())
            };
            if let Err(error) = parser.parse2(tokens) {
                mistakes.syntax(error);
            }
        }
        given
    }

    fn parse_one(&'static self, input: ParseStream<'_>, mistakes: &mut Mistakes) -> Option<Given> {
        let Ok(key) = input.call(Ident::parse_any) else {
            let at = input.cursor().token_tree().map(|(token, _)| token);
            mistakes.report(self.mistake(at, "an option begins with its name"));
            skip_option(input);
            return None;
        };
        let Some(spec) = self.options.iter().find(|spec| key == spec.name) else {
            mistakes.report(self.unknown(&key));
            skip_option(input);
            return None;
        };
        let ahead = input.fork();
        match spec.form.parse(&ahead) {
            Ok(value) if ahead.is_empty() || ahead.peek(Token![,]) => {
                skip_to(input, &ahead);
                Some(Given { key, spec, value })
            }
            _ => {
                let rest = skip_option(input);
                mistakes.report(self.badly_written(&key, spec, rest));
                None
            }
        }
    }

    fn badly_written(&self, key: &Ident, spec: &OptionSpec, rest: TokenStream) -> Mistake {
        let usage = format!("write `{}`", spec.usage);
        let Form::Word(words) = spec.form else {
            let mut at = key.to_token_stream();
            at.extend(rest);
            let sentence = format!("`{key}` is not written like this");
            return Mistake::at(self.code, at, sentence).help(usage);
        };
        let word: TokenStream = rest.into_iter().skip(1).collect();
        let text = source(&word);
        let mistake = match nearest(&text, words.iter().copied()) {
            Some(near) => Mistake::at(
                self.code,
                word,
                format!("`{key}` cannot be `{text}`; did you mean `{near}`?"),
            )
            .help(format!("write `{key} = {near}`")),
            None if text.is_empty() => {
                Mistake::at(self.code, key, format!("`{key}` has a value")).help(usage)
            }
            None => Mistake::at(self.code, word, format!("`{key}` cannot be `{text}`")).help(usage),
        };
        mistake.help(format!("it is one of {}", list(words)))
    }

    fn add(&self, option: Given, given: &mut Vec<Given>, mistakes: &mut Mistakes) {
        if given.iter().any(|other| other.key == option.key) {
            let sentence = format!("`{}` is given twice", option.key);
            mistakes.report(
                Mistake::at(self.code, &option.key, sentence).help("remove one of the two"),
            );
        } else {
            given.push(option);
        }
    }

    fn unknown(&self, key: &Ident) -> Mistake {
        let word = key.to_string();
        let near = nearest(&word, self.options.iter().map(|spec| spec.name));
        match near.and_then(|near| self.options.iter().find(|spec| spec.name == near)) {
            Some(spec) => {
                let sentence = format!("unknown option `{word}`; did you mean `{}`?", spec.name);
                Mistake::at(self.code, key, sentence)
                    .help(format!("write `{}`", spec.usage))
                    .help(self.listed())
            }
            None => self.mistake(key, format!("unknown option `{word}`")),
        }
    }

    fn mistake(&self, at: impl ToTokens, sentence: impl Into<String>) -> Mistake {
        Mistake::at(self.code, at, sentence).help(self.listed())
    }

    fn listed(&self) -> String {
        let options: Vec<_> = self.options.iter().map(|spec| spec.name).collect();
        format!("the options of `{}` are {}", self.attribute, list(&options))
    }

    /// The documentation of the options.
    #[cfg(test)]
    pub(crate) fn document(&self) -> String {
        use std::fmt::Write;

        let mut page = String::from("| option | what it does |\n| --- | --- |\n");
        for spec in self.options {
            let usage = spec.usage.replace('|', "\\|");
            writeln!(page, "| `{usage}` | {} |", spec.meaning).expect("a string takes all");
        }
        page
    }
}

impl Given {
    /// The name of the option.
    pub(crate) fn name(&self) -> &'static str {
        self.spec.name
    }

    /// The path behind `crate = path`.
    pub(crate) fn take_crate(given: &mut Vec<Given>) -> Option<Path> {
        let at = given.iter().position(|option| option.name() == "crate")?;
        match given.remove(at).value {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }
}

impl Form {
    fn parse(self, input: ParseStream<'_>) -> syn::Result<Value> {
        match self {
            Form::Flag => return Ok(Value::Flag(true)),
            Form::Switch if !input.peek(Token![=]) => return Ok(Value::Flag(true)),
            Form::Arguments => {
                let content;
                syn::parenthesized!(content in input);
                return content.parse().map(Value::Arguments);
            }
            _ => input.parse::<Token![=]>()?,
        };
        match self {
            Form::Switch => Ok(Value::Flag(input.parse::<LitBool>()?.value)),
            Form::Text => input.parse().map(Value::Text),
            Form::Whole => input.parse().map(Value::Whole),
            Form::Type => input.parse().map(Value::Type),
            Form::Typed => {
                let name = input.parse()?;
                input.parse::<Token![:]>()?;
                Ok(Value::Typed(name, input.parse()?))
            }
            Form::Path => input.call(Path::parse_mod_style).map(Value::Path),
            Form::Word(words) => {
                let word: Ident = input.parse()?;
                if words.iter().any(|known| word == known) {
                    Ok(Value::Word(word))
                } else {
                    Err(syn::Error::new(word.span(), "unknown word"))
                }
            }
            Form::Expression | Form::Flag | Form::Arguments => input.parse().map(Value::Expression),
        }
    }
}

/// Skips the rest of one option, and returns it.
fn skip_option(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = TokenStream::new();
    let mut depth = 0_usize;
    let mut arrow = false;
    while !input.is_empty() && (depth > 0 || !input.peek(Token![,])) {
        let Ok(token) = input.parse::<TokenTree>() else { break };
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth = depth.saturating_sub(1),
                _ => {}
            }
            arrow = matches!(punct.as_char(), '-' | '=');
        }
        skipped.extend([token]);
    }
    skipped
}

fn skip_to(input: ParseStream<'_>, ahead: ParseStream<'_>) {
    use syn::parse::discouraged::Speculative;

    input.advance_to(ahead);
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
