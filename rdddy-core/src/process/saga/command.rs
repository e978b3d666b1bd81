//! What a step wants done, in a form that can be kept.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::Keyed;
use crate::host::AnyCommand;

/// A command, and how it is written down before it is given.
#[derive(Debug)]
pub struct StepCommand {
    pub(super) name: &'static str,
    pub(super) json: Vec<u8>,
    pub(super) command: AnyCommand,
}

/// What a step or a compensation may return: a command with a `#[key]` that implements serde's traits,
/// or an `Option` of one when there may be nothing to do.
#[diagnostic::on_unimplemented(
    message = "rdddy::E075: a step cannot return `{Self}`",
    label = "not a command with a `#[key]` that can be written down",
    note = "help: return a command with a `#[key]`, or an `Option` of one, and add `#[derive(Serialize, Deserialize)]` to it: it is written down before it is given"
)]
pub trait SagaCommand: Sized {
    /// Writes it down.
    ///
    /// # Errors
    ///
    /// What its `Serialize` says.
    fn write(self) -> Result<Option<StepCommand>, String>;

    /// Reads what was written down.
    ///
    /// # Errors
    ///
    /// What its `Deserialize` says.
    fn read(json: &[u8]) -> Result<StepCommand, String>;
}

#[diagnostic::do_not_recommend]
impl<C: Keyed + Sync + Serialize + DeserializeOwned> SagaCommand for C
where
    C::Key: Display,
{
    fn write(self) -> Result<Option<StepCommand>, String> {
        let json = serde_json::to_vec(&self).map_err(|error| error.to_string())?;
        Ok(Some(StepCommand { name: C::name(), json, command: AnyCommand::new(self) }))
    }

    fn read(json: &[u8]) -> Result<StepCommand, String> {
        let command: C = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        Ok(StepCommand { name: C::name(), json: json.to_vec(), command: AnyCommand::new(command) })
    }
}

impl<T: SagaCommand> SagaCommand for Option<T> {
    fn write(self) -> Result<Option<StepCommand>, String> {
        self.map_or(Ok(None), SagaCommand::write)
    }

    fn read(json: &[u8]) -> Result<StepCommand, String> {
        T::read(json)
    }
}
