//! Commands whose type only their origin knows: on their way from a process to their aggregate.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::error::ExecuteError;
use super::execute::Origin;
use crate::domain::{ErrorData, Keyed, Severity};
use crate::model::error_data;
use crate::runtime::ActorSystem;
use crate::store::Position;

/// A command of whatever type, to be executed by the aggregate that its key names.
pub struct AnyCommand(Box<dyn Dispatch>);

/// What became of a command.
#[derive(Debug)]
#[non_exhaustive]
pub enum CommandOutcome {
    /// It was carried out; what it led to is durable at this position.
    Accepted(Position),
    /// The aggregate refused. Unless the refusal is transient, it would refuse again.
    Refused(ErrorData),
    /// It could not be carried out now, for a reason that may pass. It may have been carried out.
    Unavailable(String),
    /// It cannot be carried out: a defect in the program, the data or the configuration.
    Defect(String),
}

pub(super) type Executing = Pin<Box<dyn Future<Output = CommandOutcome> + Send>>;

trait Dispatch: Send + Sync {
    fn name(&self) -> &'static str;
    fn key(&self) -> String;
    fn execute(self: Box<Self>, system: ActorSystem, origin: Origin) -> Executing;
    fn as_any(&self) -> &dyn Any;
}

impl<C: Keyed> Dispatch for C
where
    C: Sync,
    C::Key: fmt::Display,
{
    fn name(&self) -> &'static str {
        C::name()
    }

    fn key(&self) -> String {
        Keyed::key(self).to_string()
    }

    fn execute(self: Box<Self>, system: ActorSystem, origin: Origin) -> Executing {
        Box::pin(async move {
            let executed = system.execute_from(origin, *self).await;
            match executed {
                Ok(committed) => CommandOutcome::Accepted(committed.position),
                Err(error) => outcome_of(&error),
            }
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

pub(super) fn outcome_of<C: Keyed>(error: &ExecuteError<C>) -> CommandOutcome {
    let text = || with_causes(error);
    match error {
        ExecuteError::Refused(refused) => {
            CommandOutcome::Refused(error_data(refused).unwrap_or_else(|| ErrorData {
                code: String::new(),
                message: refused.to_string(),
                transient: false,
                severity: Severity::default(),
            }))
        }
        ExecuteError::Conflict(_) | ExecuteError::ShuttingDown => {
            CommandOutcome::Unavailable(text())
        }
        ExecuteError::Store(source) if source.is_transient() => CommandOutcome::Unavailable(text()),
        ExecuteError::Read(super::HostReadError::Store(source)) if source.is_transient() => {
            CommandOutcome::Unavailable(text())
        }
        _ => CommandOutcome::Defect(text()),
    }
}

/// The error and what caused it, in one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl AnyCommand {
    /// `command`, whatever its type.
    pub fn new<C: Keyed + Sync>(command: C) -> Self
    where
        C::Key: fmt::Display,
    {
        AnyCommand(Box::new(command))
    }

    /// Its stable name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The key of the aggregate that it is for.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.key()
    }

    /// The command, if it is a `C`.
    #[must_use]
    pub fn downcast_ref<C: Keyed>(&self) -> Option<&C> {
        self.0.as_any().downcast_ref()
    }

    /// Has its aggregate carry it out, once, however often that is done with its id.
    pub(crate) fn execute(self, system: ActorSystem, origin: Origin) -> Executing {
        self.0.execute(system, origin)
    }
}

impl fmt::Debug for AnyCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name(), self.key())
    }
}
