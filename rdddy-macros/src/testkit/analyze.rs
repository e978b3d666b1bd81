//! [`Input`] to [`Model`]: E020, what a test looks like.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, LitInt, PatType, Type};

use super::parse::{Function, Input};
use crate::support::codes::Code;
use crate::support::krate;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{OptionSpec, Value};

/// Everything the expansion needs to know about a test.
pub(crate) struct Model {
    /// The path of the testkit.
    pub(crate) krate: TokenStream,
    pub(crate) function: Function,
    /// The world parameter, if there is one.
    pub(crate) world: Option<PatType>,
    /// Whether more than one schedule is tried.
    pub(crate) explores: bool,
    pub(crate) options: Vec<(&'static str, Option<LitInt>)>,
}

pub(crate) fn analyze(input: Input, mistakes: &mut Mistakes) -> Option<Model> {
    let signature = &input.function.signature;
    let name = &signature.ident;
    let mut report = |at: TokenStream, sentence: String| {
        mistakes
            .report(Mistake::at(Code::E020, at, sentence).help(format!(
                "write `async fn {name}()` or `async fn {name}(world: &mut World)`"
            )));
    };
    let mut usable = true;
    if signature.asyncness.is_none() {
        usable = false;
        report(signature.fn_token.to_token_stream(), format!("the test `{name}` is not async"));
    }
    if !signature.generics.params.is_empty() {
        usable = false;
        report(
            signature.generics.to_token_stream(),
            format!("the test `{name}` has type parameters"),
        );
    }
    let mut world = None;
    for (index, input) in signature.inputs.iter().enumerate() {
        match input {
            FnArg::Typed(parameter) if index == 0 && is_world(parameter) => {
                world = Some(parameter.clone());
            }
            other => {
                usable = false;
                let sentence = "a test is given its world, and nothing else".to_owned();
                report(other.to_token_stream(), sentence);
            }
        }
    }
    let mut options = Vec::new();
    for option in input.options {
        let value = match option.value {
            Value::Whole(number) => {
                check_number(option.spec, &number, mistakes);
                Some(number)
            }
            _ => None,
        };
        options.push((option.spec.name, value));
    }
    usable.then(|| Model {
        krate: match input.krate {
            Some(path) => path.into_token_stream(),
            None => krate::path_of("rdddy-testkit"),
        },
        function: input.function,
        world,
        explores: input.explores,
        options,
    })
}

fn is_world(parameter: &PatType) -> bool {
    matches!(&*parameter.ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// E002. No seeds explore nothing, and would always pass.
fn check_number(spec: &OptionSpec, number: &LitInt, mistakes: &mut Mistakes) {
    let sentence = match number.base10_parse::<u64>() {
        Ok(0) if spec.name == "seeds" => "no seeds explore nothing",
        Ok(_) => return,
        Err(_) => "this number is too large",
    };
    mistakes
        .report(Mistake::at(Code::E002, number, sentence).help(format!("write `{}`", spec.usage)));
}
