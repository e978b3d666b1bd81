//! What rendering returns.

use std::future::Future;
use std::pin::Pin;

use crate::runtime::BoxError;

/// A rendering that is being made.
pub type Rendering<'a, R> = Pin<Box<dyn Future<Output = Result<R, BoxError>> + Send + 'a>>;

/// A `Result` that a `#[render]` returns.
#[diagnostic::on_unimplemented(
    message = "rdddy::E111: `{Self}` cannot be shown",
    label = "not a `Result` with an error that can be told",
    note = "help: return what is to be seen, or a `Result` of it with an error that implements `std::error::Error`"
)]
pub trait IntoRendering {
    /// What is seen.
    type Rendered: Send + 'static;

    /// Converts the returned value.
    ///
    /// # Errors
    ///
    /// As it was returned.
    fn into_rendering(self) -> Result<Self::Rendered, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<R: Send + 'static, E: Into<BoxError>> IntoRendering for Result<R, E> {
    type Rendered = R;

    fn into_rendering(self) -> Result<R, BoxError> {
        self.map_err(Into::into)
    }
}
