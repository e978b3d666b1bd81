//! Syntax to [`Input`]: the block without our attributes, and what they stood on.

use proc_macro2::TokenStream;
use syn::Path;

use super::options::AGGREGATE;
use crate::actor::block::{Block, Member};
use crate::actor::parse::take_marks;
use crate::actor::{Mark, Role};
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Given;

/// An `#[aggregate]` block.
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

pub(crate) fn parse(
    args: TokenStream,
    item: TokenStream,
    mistakes: &mut Mistakes,
) -> Option<Input> {
    let mut options = AGGREGATE.parse(args, mistakes);
    let krate = Given::take_crate(&mut options);
    let mut block = match Block::parse(item.clone()) {
        Ok(block) => block,
        Err(error) if item.clone().into_iter().any(|token| token.to_string() == "impl") => {
            mistakes.syntax(error);
            return None;
        }
        Err(_) => {
            mistakes.report(
                Mistake::at(Code::E067, item, "`#[aggregate]` stands on an impl block")
                    .help("move it to `impl Order { .. }`, the block that decides and applies"),
            );
            return None;
        }
    };
    let marks = take_marks(&mut block, krate.as_ref(), &Role::OF_AGGREGATE);
    Some(Input { options, krate, block, marks })
}
