//! Checks a domain as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use super::cycle;
use super::entry::{ActorEntry, MessageEntry};
use super::error_entry::DomainErrorEntry;
use super::finding::{Finding, Located};
use super::map::{DomainMap, Uses};
use crate::message::{Event, EventScope, Kind, Message, Query, Request};

/// What is wrong with a domain as a whole, less what was allowed.
#[derive(Clone, Debug)]
#[must_use = "a verification does nothing until it is checked"]
pub struct Verification {
    findings: Vec<Finding>,
}

impl Verification {
    pub(super) fn of(map: &DomainMap) -> Self {
        let uses = map.uses();
        let mut findings: Vec<Finding> = nothing_linked(map).collect();
        findings.extend(map.messages().filter_map(|message| check_ownership(message, &uses)));
        let cycles = cycle::through(map.actors(), &uses);
        findings.extend(cycles.into_iter().map(|path| Finding::AskCycle { path }));
        findings.extend(shared_codes(map));
        findings.sort();
        Verification { findings }
    }

    /// The findings, ordered by kind, then by message.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Lets `E` be heard by no actor: it has subscribers outside of actors, or is kept for later.
    pub fn allow_unheard<E: Event>(self) -> Self {
        self.allow(|finding| {
            is_about::<E>(finding, |it| matches!(it, Finding::UnheardEvent { .. }))
        })
    }

    /// Lets `M` have no owner: its owner is generic, or is not part of this program.
    pub fn allow_unowned<M: Request>(self) -> Self {
        self.allow(|finding| {
            is_about::<M>(finding, |it| {
                matches!(
                    it,
                    Finding::CommandWithoutOwner { .. } | Finding::QueryWithoutOwner { .. }
                )
            })
        })
    }

    /// Lets `Q` have several owners: it is only ever sent to a reference. A command says so itself:
    /// `#[command(shared)]`.
    pub fn allow_shared<Q: Query>(self) -> Self {
        self.allow(|finding| {
            is_about::<Q>(finding, |it| matches!(it, Finding::QueryWithTwoOwners { .. }))
        })
    }

    /// Lets pass every finding that `accepts` is true of.
    pub fn allow(mut self, accepts: impl Fn(&Finding) -> bool) -> Self {
        self.findings.retain(|finding| !accepts(finding));
        self
    }

    /// Passes when there is no finding left.
    ///
    /// # Errors
    ///
    /// All that are left, together.
    pub fn check(self) -> Result<(), VerificationError> {
        let Verification { findings } = self;
        if findings.is_empty() { Ok(()) } else { Err(VerificationError { findings }) }
    }
}

/// A test of nothing passes by accident: a crate's name is misspelled, or the linker left it out.
fn nothing_linked(map: &DomainMap) -> impl Iterator<Item = Finding> {
    let of_messages = map.messages().map(MessageEntry::crate_name);
    let linked: BTreeSet<_> = of_messages.chain(map.actors().map(ActorEntry::crate_name)).collect();
    let missing = map.crates().iter().filter(|krate| !linked.contains(krate.as_str()));
    let missing: Vec<_> = missing.map(|krate| Some(krate.clone())).collect();
    let nothing = (map.crates().is_empty() && linked.is_empty()).then_some(None);
    missing.into_iter().chain(nothing).map(|krate| Finding::NothingLinked { krate })
}

fn check_ownership(message: &MessageEntry, uses: &Uses<'_>) -> Option<Finding> {
    let handlers = uses.handlers_of((message.type_id)());
    let owners = || handlers.iter().map(|handler| Located::user(*handler)).collect();
    let this = Located::message(message);
    match (message.kind, handlers.len()) {
        (Kind::Command, 0) => Some(Finding::CommandWithoutOwner { command: this }),
        (Kind::Command, 2..) if !message.shared => {
            Some(Finding::CommandWithTwoOwners { command: this, owners: owners() })
        }
        (Kind::Query, 0) => Some(Finding::QueryWithoutOwner { query: this }),
        (Kind::Query, 2..) => Some(Finding::QueryWithTwoOwners { query: this, owners: owners() }),
        // An integration event is for others, outside of this program.
        (Kind::Event, 0) if message.scope != Some(EventScope::Integration) => {
            Some(Finding::UnheardEvent { event: this })
        }
        _ => None,
    }
}

/// Two types of error with one code, which nobody wanted: each variant is called by its own name only,
/// so it takes no more than two enums with a `NotFound`. Whoever names the code of both means it.
fn shared_codes(map: &DomainMap) -> impl Iterator<Item = Finding> {
    let mut by_code: BTreeMap<&str, Vec<(&DomainErrorEntry, bool)>> = BTreeMap::new();
    for entry in map.all_errors() {
        let codes: BTreeMap<_, _> =
            (entry.codes)().into_iter().map(|code| (code.code, code.given)).collect();
        for (code, given) in codes {
            by_code.entry(code).or_default().push((entry, given));
        }
    }
    by_code.into_iter().filter_map(|(code, entries)| {
        let wanted = entries.iter().all(|(_, given)| *given);
        let ours = entries.iter().any(|(entry, _)| map.covers_error(entry));
        let errors = || entries.iter().map(|(entry, _)| Located::error(entry)).collect();
        (entries.len() > 1 && ours && !wanted)
            .then(|| Finding::SharedErrorCode { code, errors: errors() })
    })
}

fn is_about<M: Message>(finding: &Finding, is_kind: fn(&Finding) -> bool) -> bool {
    is_kind(finding) && finding.message() == Some(M::name())
}

/// A domain that is not whole: everything that was found, one line each.
#[derive(Clone, PartialEq, Eq)]
pub struct VerificationError {
    findings: Vec<Finding>,
}

impl VerificationError {
    /// The findings, ordered by kind, then by message. There is at least one.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for VerificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the domain is not whole:")?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n  - {finding}"))
    }
}

// What `unwrap` prints when a test fails is for people.
impl fmt::Debug for VerificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for VerificationError {}
