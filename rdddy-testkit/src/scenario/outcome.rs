//! What became of a command, as far as a scenario asks.

use std::any::Any;

use rdddy_core::domain::Keyed;
use rdddy_core::host::{CommandOutcome, Committed, ExecuteError};
use rdddy_core::message::Request;
use rdddy_core::view::InputOutcome;

/// A command that was rejected.
pub(crate) struct Rejection {
    /// Its name.
    pub(super) command: &'static str,
    /// The error, where its type is known.
    pub(super) error: Option<Box<dyn Any>>,
    /// What the error says.
    pub(super) text: String,
}

/// The rejection, if it was rejected; the error is why it came to nothing at all.
pub(super) fn of_command<C: Keyed>(
    executed: Result<Committed<<C as Request>::Reply>, ExecuteError<C>>,
) -> Result<Option<Rejection>, String> {
    match executed {
        Ok(_) => Ok(None),
        Err(ExecuteError::Refused(error)) => {
            let text = error.to_string();
            Ok(Some(Rejection { command: C::name(), error: Some(Box::new(error)), text }))
        }
        Err(error) => Err(with_causes(&error)),
    }
}

/// The same for a command that a view has given; `None` when it was carried out.
pub(super) fn of_input(done: InputOutcome) -> Option<Result<Rejection, String>> {
    match done.outcome {
        CommandOutcome::Accepted(_) => None,
        CommandOutcome::Refused(error) => {
            Some(Ok(Rejection { command: done.command, error: None, text: error.message }))
        }
        CommandOutcome::Unavailable(why) | CommandOutcome::Defect(why) => Some(Err(why)),
        other => Some(Err(format!("{other:?}"))),
    }
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
