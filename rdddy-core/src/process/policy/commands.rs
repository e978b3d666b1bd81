//! What a handler of a policy may return.

use std::fmt::Display;

use crate::domain::Keyed;
use crate::host::AnyCommand;

/// What a handler of a policy may return: a command with a `#[key]`, an `Option` of one, several as a
/// `Vec` or a tuple, nothing, or a `Result` of any of these.
#[diagnostic::on_unimplemented(
    message = "rdddy::E071: a policy cannot return `{Self}`",
    label = "not commands with a `#[key]`",
    note = "help: return a command whose `#[key]` names its aggregate, an `Option`, a `Vec` or a tuple of such commands, or `()`"
)]
pub trait IntoCommands {
    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// What the handler says.
    fn into_commands(self) -> Result<Vec<AnyCommand>, String>;
}

#[diagnostic::do_not_recommend]
impl<C: Keyed + Sync> IntoCommands for C
where
    C::Key: Display,
{
    fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
        Ok(vec![AnyCommand::new(self)])
    }
}

impl IntoCommands for AnyCommand {
    fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
        Ok(vec![self])
    }
}

impl IntoCommands for () {
    fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
        Ok(Vec::new())
    }
}

impl<T: IntoCommands> IntoCommands for Option<T> {
    fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
        self.map_or(Ok(Vec::new()), IntoCommands::into_commands)
    }
}

impl<T: IntoCommands> IntoCommands for Vec<T> {
    fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
        let all: Result<Vec<_>, _> = self.into_iter().map(IntoCommands::into_commands).collect();
        Ok(all?.into_iter().flatten().collect())
    }
}

impl<T: IntoCommands, E: std::error::Error + 'static> IntoCommands for Result<T, E> {
    fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
        self.map_err(|error| crate::host::with_causes(&error))?.into_commands()
    }
}

macro_rules! tuples {
    ($($command:ident $value:ident),+) => {
        impl<$($command: IntoCommands),+> IntoCommands for ($($command,)+) {
            fn into_commands(self) -> Result<Vec<AnyCommand>, String> {
                let ($($value,)+) = self;
                let mut all = Vec::new();
                $(all.extend($value.into_commands()?);)+
                Ok(all)
            }
        }
    };
}

tuples!(C1 c1, C2 c2);
tuples!(C1 c1, C2 c2, C3 c3);
tuples!(C1 c1, C2 c2, C3 c3, C4 c4);
