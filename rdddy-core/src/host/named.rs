//! Commands that are kept by their names: read again, and executed by the aggregates that own them.

use super::dispatch::{Executing, outcome_of, with_causes};
use super::execute::Origin;
use super::{CommandOutcome, start};
use crate::domain::Keyed;
use crate::model::AnyMessage;
use crate::runtime::{ActorSystem, System};

/// Executes a message that is a command of one type.
pub(super) type ExecuteNamed = fn(ActorSystem, AnyMessage, Origin) -> Executing;

/// A command that was read by its name.
pub(crate) struct NamedCommand {
    message: AnyMessage,
    execute: ExecuteNamed,
}

/// Reads a command of the registered type `name` that one of the system's aggregates decides about; an
/// error says why this program cannot.
pub(crate) fn read_command(
    system: &System,
    name: &str,
    version: u32,
    json: &[u8],
) -> Result<NamedCommand, String> {
    let decoded = system.messages().decode_json(name, Some(version), json);
    let (entry, message) = decoded.map_err(|error| with_causes(&error))?.into_parts();
    let execute = start::named(system, (entry.type_id)());
    let execute = execute.ok_or_else(|| format!("no aggregate decides about `{name}`"))?;
    Ok(NamedCommand { message, execute })
}

impl NamedCommand {
    /// Has its aggregate carry it out, once, however often that is done with its id.
    pub(crate) fn execute(self, system: ActorSystem, origin: Origin) -> Executing {
        (self.execute)(system, self.message, origin)
    }
}

/// Executes a `C`.
pub(super) fn execute_named<C: Keyed>(
    system: ActorSystem,
    message: AnyMessage,
    origin: Origin,
) -> Executing {
    Box::pin(async move {
        let Ok(command) = message.downcast::<C>() else {
            return CommandOutcome::Defect(format!("this is not a {}", C::name()));
        };
        match system.execute_from(origin, *command).await {
            Ok(committed) => CommandOutcome::Accepted(committed.position),
            Err(error) => outcome_of(&error),
        }
    })
}
