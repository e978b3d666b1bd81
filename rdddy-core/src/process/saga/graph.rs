//! The steps of a saga as a picture.

use std::fmt::Write;

use super::{Saga, StepKind, UndoOrder};

/// The steps of `S` in order, what undoes each, and where nothing is undone any more, as a Mermaid
/// flowchart (<https://mermaid.js.org/syntax/flowchart.html>).
///
/// ```
/// use rdddy_core::process::{Saga, saga_to_mermaid};
///
/// fn page<S: Saga>() -> String {
///     format!("# {}\n\n```mermaid\n{}```\n", S::name(), saga_to_mermaid::<S>())
/// }
/// ```
#[must_use]
pub fn saga_to_mermaid<S: Saga>() -> String {
    let mut text = String::from("flowchart LR\n");
    let undone = match S::UNDO {
        UndoOrder::LastInFirstOut => "undone by",
        UndoOrder::Parallel => "undone with the others by",
    };
    let mut last = "start([start])".to_owned();
    for step in S::STEPS {
        let shape = match step.kind {
            StepKind::Pivot { .. } => format!("{0}{{{{{0}}}}}", step.name),
            _ => step.name.to_owned(),
        };
        // A string takes whatever is written.
        let _ = writeln!(text, "    {last} --> {shape}");
        if let Some(compensation) = step.kind.compensation() {
            let _ = writeln!(text, "    {} -. {undone} .-> {compensation}", step.name);
        }
        last = step.name.to_owned();
    }
    let _ = writeln!(text, "    {last} --> done([done])");
    text
}
