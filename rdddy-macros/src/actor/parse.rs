//! Syntax to [`Input`]: the block without our attributes, and what they stood on.

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Meta, Path};

use super::block::{Block, Member, Method};
use super::options::ACTOR;
use crate::support::codes::Code;
use crate::support::mistakes::{Mistake, Mistakes};
use crate::support::options::Given;

/// An `#[actor]` block.
pub(crate) struct Input {
    pub(crate) options: Vec<Given>,
    pub(crate) krate: Option<Path>,
    /// The block, without our attributes.
    pub(crate) block: Block,
    /// Our attributes, by the index of the member they stood on.
    pub(crate) marks: Vec<(usize, Mark)>,
}

/// One of our attributes.
pub(crate) struct Mark {
    pub(crate) role: Role,
    pub(crate) attribute: Attribute,
}

/// What one of our attributes says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Handler,
    OnStart,
    OnStop,
    OnRestart,
    Requires,
    Ensures,
    Invariant,
    Apply,
    Upcast,
    Step,
    Compensation,
    Abort,
    End,
    Timeout,
    Render,
}

impl Role {
    /// What stands in an `#[actor]` block.
    const OF_ACTOR: [Role; 7] = [
        Role::Handler,
        Role::OnStart,
        Role::OnStop,
        Role::OnRestart,
        Role::Requires,
        Role::Ensures,
        Role::Invariant,
    ];
    /// What stands in an `#[aggregate]` block.
    pub(crate) const OF_AGGREGATE: [Role; 6] =
        [Role::Handler, Role::Apply, Role::Upcast, Role::Requires, Role::Ensures, Role::Invariant];
    /// What stands in a `#[saga]` block.
    pub(crate) const OF_SAGA: [Role; 6] =
        [Role::Handler, Role::Step, Role::Compensation, Role::Abort, Role::End, Role::Timeout];
    const ALL: [(&'static str, Role); 15] = [
        ("handler", Role::Handler),
        ("on_start", Role::OnStart),
        ("on_stop", Role::OnStop),
        ("on_restart", Role::OnRestart),
        ("requires", Role::Requires),
        ("ensures", Role::Ensures),
        ("invariant", Role::Invariant),
        ("apply", Role::Apply),
        ("upcast", Role::Upcast),
        ("step", Role::Step),
        ("compensation", Role::Compensation),
        ("abort", Role::Abort),
        ("end", Role::End),
        ("timeout", Role::Timeout),
        ("render", Role::Render),
    ];

    /// The name of the attribute.
    pub(crate) fn name(self) -> &'static str {
        Role::ALL.into_iter().find(|(_, role)| *role == self).map_or("", |(name, _)| name)
    }

    /// Whether a method has this role, rather than a condition on the role it has.
    pub(crate) fn is_exclusive(self) -> bool {
        !matches!(self, Role::Requires | Role::Ensures)
    }

    fn of(path: &Path, krate: Option<&Path>) -> Option<Role> {
        let name = path.segments.last()?;
        let (_, role) = Role::ALL.into_iter().find(|(known, _)| name.ident == known)?;
        let prefix: Vec<&Ident> = path.segments.iter().rev().skip(1).map(|s| &s.ident).collect();
        let ours = match prefix.as_slice() {
            [] => true,
            [one] => {
                *one == "rdddy"
                    || krate.is_some_and(|k| k.segments.last().is_some_and(|s| s.ident == **one))
            }
            _ => false,
        };
        ours.then_some(role)
    }
}

impl Mark {
    /// The tokens in the parentheses of the attribute.
    pub(crate) fn arguments(&self) -> TokenStream {
        match &self.attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) => TokenStream::new(),
            Meta::NameValue(pair) => quote::ToTokens::to_token_stream(pair),
        }
    }
}

impl Input {
    /// The methods that carry one of our attributes, with all of ours on them.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (&Member, Vec<&Mark>)> {
        self.block.members.iter().enumerate().filter_map(|(index, member)| {
            let marks: Vec<_> =
                self.marks.iter().filter(|(at, _)| *at == index).map(|(_, mark)| mark).collect();
            (!marks.is_empty()).then_some((member, marks))
        })
    }
}

impl Method {
    /// The attributes called `name`.
    pub(crate) fn attributes_called(&self, name: &str) -> Vec<Attribute> {
        self.attributes.iter().filter(|a| a.path().is_ident(name)).cloned().collect()
    }
}

pub(crate) fn parse(
    args: TokenStream,
    item: TokenStream,
    mistakes: &mut Mistakes,
) -> Option<Input> {
    let mut options = ACTOR.parse(args, mistakes);
    let krate = Given::take_crate(&mut options);
    let mut block = match Block::parse(item.clone()) {
        Ok(block) => block,
        Err(error) if is_impl(&item) => {
            mistakes.syntax(error);
            return None;
        }
        Err(_) => {
            check_is_impl_block(item, mistakes);
            return None;
        }
    };
    let marks = take_marks(&mut block, krate.as_ref(), &Role::OF_ACTOR);
    Some(Input { options, krate, block, marks })
}

/// Takes our attributes of these roles off the members of a block.
pub(crate) fn take_marks(
    block: &mut Block,
    krate: Option<&Path>,
    roles: &[Role],
) -> Vec<(usize, Mark)> {
    let mut marks = Vec::new();
    for (index, member) in block.members.iter_mut().enumerate() {
        member.attributes().retain(|attribute| {
            let role = Role::of(attribute.path(), krate).filter(|role| roles.contains(role));
            if let Some(role) = role {
                marks.push((index, Mark { role, attribute: attribute.clone() }));
            }
            role.is_none()
        });
    }
    marks
}

fn is_impl(item: &TokenStream) -> bool {
    item.clone().into_iter().any(|token| token.to_string() == "impl")
}

/// E019. The handlers of an actor are methods of the actor itself.
fn check_is_impl_block(item: TokenStream, mistakes: &mut Mistakes) {
    let name = item
        .clone()
        .into_iter()
        .skip_while(|token| !matches!(&*token.to_string(), "struct" | "enum" | "union"))
        .nth(1)
        .map_or_else(|| "OrderDesk".to_owned(), |token| token.to_string());
    mistakes.report(
        Mistake::at(Code::E019, item, "`#[actor]` stands on an impl block").help(format!(
            "move `#[actor]` to `impl {name} {{ .. }}`, the block with its handlers"
        )),
    );
}
