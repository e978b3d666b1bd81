//! The supervision tree, to be looked at.

use std::fmt;
use std::sync::Arc;

use super::any_cell::AnyCell;
use super::config::Strategy;
use super::id::ActorId;
use super::system::System;
use crate::seam::sync::lock;

/// The supervision tree of a system at one moment. Its `Display` draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The actors that the system's root supervises, in the order of their start.
    pub roots: Vec<Branch>,
}

/// An actor in the supervision tree, and what it supervises.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Branch {
    /// The actor's id.
    pub id: ActorId,
    /// Its name, or its type and id.
    pub name: String,
    /// The name of its type.
    pub type_name: &'static str,
    /// Which life it is in, counted from 1.
    pub incarnation: u32,
    /// Messages that wait for it.
    pub waiting: usize,
    /// By which strategy it supervises its children.
    pub strategy: Strategy,
    /// Its children, in the order of their start.
    pub children: Vec<Branch>,
}

impl Tree {
    pub(crate) fn of(system: &System) -> Self {
        let mut cells = system.registry().all();
        cells.retain(|cell| cell.extra().is_none_or(|extra| extra.parent().is_none()));
        Tree { roots: cells.iter().map(Branch::of).collect() }
    }
}

impl Branch {
    fn of(cell: &Arc<dyn AnyCell>) -> Self {
        let children: Vec<_> = cell
            .extra()
            .map(|extra| lock(&extra.children).values().cloned().collect())
            .unwrap_or_default();
        Branch {
            id: cell.id(),
            name: cell.path().name().to_owned(),
            type_name: cell.type_name(),
            incarnation: cell.incarnation(),
            waiting: cell.waiting(),
            strategy: cell.config().strategy,
            children: children.iter().map(Branch::of).collect(),
        }
    }

    fn draw(&self, f: &mut fmt::Formatter<'_>, indent: &str, last: bool) -> fmt::Result {
        let fork = if last { "└─" } else { "├─" };
        write!(f, "{indent}{fork} {}", self.name)?;
        if !self.name.starts_with(self.type_name) {
            write!(f, " ({})", self.type_name)?;
        }
        if self.incarnation > 1 {
            write!(f, ", life {}", self.incarnation)?;
        }
        if self.waiting > 0 {
            write!(f, ", {} waiting", self.waiting)?;
        }
        if !self.children.is_empty() {
            let strategy = match self.strategy {
                Strategy::OneForOne => "one for one",
                Strategy::OneForAll => "one for all",
                Strategy::RestForOne => "rest for one",
            };
            write!(f, ", {strategy}")?;
        }
        writeln!(f)?;
        let indent = format!("{indent}{}  ", if last { " " } else { "│" });
        draw_all(&self.children, f, &indent)
    }
}

fn draw_all(branches: &[Branch], f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
    let last = branches.len().saturating_sub(1);
    branches.iter().enumerate().try_for_each(|(at, branch)| branch.draw(f, indent, at == last))
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "/")?;
        draw_all(&self.roots, f, "")
    }
}
