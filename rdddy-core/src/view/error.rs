//! What goes wrong with a view.

use crate::runtime::BoxError;

/// Why a view was not rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// Its `#[render]` says so.
    #[error("`{view}` cannot be shown")]
    Failed {
        /// The name of the view.
        view: &'static str,
        /// Why.
        source: BoxError,
    },
    /// Its `#[render]` panicked: a defect.
    #[error("rendering `{view}` panicked: {panic}")]
    Panicked {
        /// The name of the view.
        view: &'static str,
        /// What it said.
        panic: String,
    },
}

/// Why nothing was done about what a person did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The view has no handler for events of this name.
    #[error("`{view}` does not take `{input}`; it takes: {takes}")]
    Unknown {
        /// The name of the view.
        view: &'static str,
        /// What came.
        input: String,
        /// The names of what it takes.
        takes: String,
    },
    /// What came cannot be understood.
    #[error("`{input}` cannot be understood")]
    Malformed {
        /// What came.
        input: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Its handler failed, or panicked.
    #[error("`{view}` cannot say what is to be done: {why}")]
    Failed {
        /// The name of the view.
        view: &'static str,
        /// Why.
        why: String,
    },
}
