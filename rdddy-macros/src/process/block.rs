//! Syntax to [`Input`]: the block without our attributes, and what they stood on.

use proc_macro2::{Ident, TokenStream};
use syn::{ItemImpl, Path, Type};

use crate::actor::block::{Block, Member};
use crate::actor::parse::take_marks;
use crate::actor::{Mark, Role};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::{Given, OptionTable};

/// A block of a process.
pub(crate) struct Input {
    pub(crate) options: Vec<Given>,
    pub(crate) krate: Option<Path>,
    /// The block, without our attributes.
    pub(crate) block: Block,
    /// Our attributes, by the index of the member they stood on.
    marks: Vec<(usize, Mark)>,
}

impl Input {
    /// The members that carry one of our attributes, with all of ours on them.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (&Member, Vec<&Mark>)> {
        self.block.members.iter().enumerate().filter_map(|(index, member)| {
            let marks: Vec<_> =
                self.marks.iter().filter(|(at, _)| *at == index).map(|(_, mark)| mark).collect();
            (!marks.is_empty()).then_some((member, marks))
        })
    }
}

/// Reads the block that an attribute with these options stands on; `code` is that of an attribute on
/// something else, `example` a type that it could stand on.
pub(crate) fn parse(
    args: TokenStream,
    item: TokenStream,
    (table, roles): (&'static OptionTable, &[Role]),
    (code, example): (Code, &str),
    mistakes: &mut Mistakes,
) -> Option<Input> {
    let mut options = table.parse(args, mistakes);
    let krate = Given::take_crate(&mut options);
    let mut block =
        match Block::parse(item.clone()) {
            Ok(block) => block,
            Err(error) if item.clone().into_iter().any(|token| token.to_string() == "impl") => {
                mistakes.syntax(error);
                return None;
            }
            Err(_) => {
                let sentence = format!("`{}` stands on an impl block", table.attribute);
                mistakes.report(Mistake::at(code, item, sentence).help(format!(
                    "move it to `impl {example} {{ .. }}`, the block of its methods"
                )));
                return None;
            }
        };
    let marks = take_marks(&mut block, krate.as_ref(), roles);
    Some(Input { options, krate, block, marks })
}

/// The name of the type, if the block is an inherent one, on one type.
pub(crate) fn check_header(
    header: &ItemImpl,
    (code, example): (Code, &str),
    mistakes: &mut Mistakes,
) -> Option<Ident> {
    let mut report = |at: TokenStream, sentence: &str| {
        let help = format!("write `impl {example} {{ .. }}`");
        mistakes.report(Mistake::at(code, at, sentence).help(help));
        None
    };
    if let Some((path, _)) = &header.trait_ {
        let at = quote::ToTokens::to_token_stream(path);
        return report(at, "the attribute stands on the impl block of a type, not of a trait");
    }
    if !header.generics.params.is_empty() {
        let at = quote::ToTokens::to_token_stream(&header.generics);
        return report(at, "a process is one type: how far it has read is kept under its name");
    }
    match &*header.self_ty {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().map(|segment| segment.ident.clone())
        }
        other => report(quote::ToTokens::to_token_stream(other), "this is not a struct or an enum"),
    }
}
