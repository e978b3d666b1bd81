//! What the body of a test may return.

use std::fmt::Debug;

/// What the body of a test may return: nothing, or a `Result` whose error fails the test.
///
/// ```
/// use rdddy_testkit::Verdict;
///
/// assert_eq!(().defect(), None);
/// assert_eq!(Err::<(), _>("no such order").defect().as_deref(), Some("\"no such order\""));
/// ```
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "neither nothing nor a `Result<(), E>`",
    note = "help: return nothing, or `Result<(), E>` with an `E` that implements `Debug`"
)]
pub trait Verdict {
    /// What is wrong, if it is not as it should be.
    fn defect(&self) -> Option<String>;
}

impl Verdict for () {
    fn defect(&self) -> Option<String> {
        None
    }
}

impl<E: Debug> Verdict for Result<(), E> {
    fn defect(&self) -> Option<String> {
        self.as_ref().err().map(|error| format!("{error:?}"))
    }
}
