//! Views: what a person sees of a system, and what they can do about it.
//!
//! A view is rendered from read models, and turns what a person does into commands. How its rendering
//! reaches the person, and what they do reaches the view, is left to whoever mounts it: a server, or
//! a test.

mod context;
mod error;
mod mounted;
mod render;

use std::sync::Arc;

pub use context::ViewContext;
pub use error::{InputError, RenderError};
pub use mounted::{InputOutcome, Mounted};
pub use render::{IntoRendering, Rendering};

use crate::host::AnyCommand;
use crate::message::Event;
use crate::process::EventSet;

/// What a person sees, as a type: its fields say which one it is, such as the order that it shows.
///
/// `#[view]` on an impl block implements it: `#[render]` makes what is seen from read models, and
/// `#[handler]`s turn what the person does, events with `#[event(ui)]`, into commands. A view decides
/// nothing, and remembers nothing.
#[diagnostic::on_unimplemented(
    message = "rdddy::E110: `{Self}` is not a view",
    label = "not a view",
    note = "help: add `#[view]` above `impl {Self}`, the block with its `#[render]` and its `#[handler]`s"
)]
pub trait View: Send + Sync + 'static {
    /// What is seen: markup, or whatever becomes some.
    type Rendered: Send + 'static;
    /// All that a person can do, as one type.
    type Input: EventSet;

    /// Its stable name, qualified by the bounded context: `sales.OrderPage`.
    fn name() -> &'static str;

    /// What is to be seen now.
    fn render<'a>(&'a self, cx: &'a ViewContext<'a>) -> Rendering<'a, Self::Rendered>;

    /// What is to be done about `input`.
    ///
    /// # Errors
    ///
    /// What the handler says.
    fn react(&self, input: &Self::Input) -> Result<Vec<AnyCommand>, String>;
}

/// An event that the view `V` has a handler for.
#[diagnostic::on_unimplemented(
    message = "rdddy::E113: nobody can do `{Self}` at `{V}`",
    label = "the view has no handler for it",
    note = "help: add `#[handler] fn on_it(&self, event: &{Self}) -> SomeCommand` to the `#[view]` block of `{V}`"
)]
pub trait InputOf<V: View>: Event {
    /// The event as one of all that can be done.
    fn into_input(event: Arc<Self>) -> V::Input;
}
