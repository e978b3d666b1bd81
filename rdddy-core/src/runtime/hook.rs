//! What `#[on_start]` and `#[on_restart]` may return.

use super::error::{BoxError, ErrorReport};

/// What a lifecycle hook may return: nothing, or a `Result` of nothing.
#[diagnostic::on_unimplemented(
    message = "rdddy::E021: a lifecycle hook cannot return `{Self}`",
    label = "a hook returns nothing, or `Result<(), E>`",
    note = "help: return `()`, or `Result<(), E>` with an error that implements `std::error::Error`"
)]
pub trait IntoHookResult {
    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// What the hook returned.
    fn into_hook_result(self) -> Result<(), ErrorReport>;
}

impl IntoHookResult for () {
    fn into_hook_result(self) -> Result<(), ErrorReport> {
        Ok(())
    }
}

impl<E: Into<BoxError>> IntoHookResult for Result<(), E> {
    fn into_hook_result(self) -> Result<(), ErrorReport> {
        self.map_err(ErrorReport::of)
    }
}
