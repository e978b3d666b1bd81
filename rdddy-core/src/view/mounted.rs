//! A view that somebody looks at.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use super::context::{Looked, ViewContext};
use super::error::{InputError, RenderError};
use super::{InputOf, View};
use crate::host::{CommandOutcome, Origin};
use crate::message::{MessageId, Metadata};
use crate::process::{EventSet, derived_id};
use crate::runtime::{ActorSystem, panic_message};
use crate::seam::sync::lock;
use crate::store::Position;

/// A view that somebody looks at. It ends when it is dropped.
///
/// ```
/// # use rdddy_core::runtime::ActorSystem;
/// # use rdddy_core::view::{RenderError, View};
/// # async fn show<V: View<Rendered = String>>(system: ActorSystem, page: V) -> Result<(), RenderError> {
/// let page = system.mount(page);
/// loop {
///     println!("{}", page.render().await?);
///     page.changed().await;
/// }
/// # }
/// ```
pub struct Mounted<V: View> {
    system: ActorSystem,
    view: V,
    /// What the last rendering has looked at.
    looked: Mutex<Arc<Looked>>,
}

/// What became of a command that a person's doing led to.
#[derive(Debug)]
#[non_exhaustive]
pub struct InputOutcome {
    /// The name of the command.
    pub command: &'static str,
    /// What became of it.
    pub outcome: CommandOutcome,
}

impl<V: View> fmt::Debug for Mounted<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mounted<{}>", V::name())
    }
}

impl ActorSystem {
    /// Begins to look at `view`.
    pub fn mount<V: View>(&self, view: V) -> Mounted<V> {
        Mounted { system: self.clone(), view, looked: Mutex::default() }
    }
}

impl<V: View> Mounted<V> {
    /// What is to be seen now.
    ///
    /// # Errors
    ///
    /// [`RenderError`].
    pub async fn render(&self) -> Result<V::Rendered, RenderError> {
        let cx = ViewContext::new(&self.system);
        let view = V::name();
        let rendered = {
            let mut rendering = self.view.render(&cx);
            poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| rendering.as_mut().poll(cx))) {
                Ok(polled) => polled.map_err(|source| RenderError::Failed { view, source }),
                Err(panic) => {
                    let panic = panic_message(&*panic).to_string();
                    Poll::Ready(Err(RenderError::Panicked { view, panic }))
                }
            })
            .await
        };
        // Also of one that failed: when what it looked at changes, it may succeed.
        *lock(&self.looked) = Arc::new(cx.into_looked());
        rendered
    }

    /// What is to be seen when everything up to `position` is in what the last rendering has looked
    /// at: what somebody did, they see.
    ///
    /// # Errors
    ///
    /// [`RenderError`].
    pub async fn render_after(&self, position: &Position) -> Result<V::Rendered, RenderError> {
        let looked = Arc::clone(&*lock(&self.looked));
        for (shown, _) in &*looked {
            shown.reached(position).await;
        }
        self.render().await
    }

    /// Waits until something has changed that the last rendering has looked at; for ever, if it has
    /// looked at nothing.
    pub async fn changed(&self) {
        let looked = Arc::clone(&*lock(&self.looked));
        let mut moves: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> =
            looked.iter().map(|(shown, seen)| shown.moved(seen)).collect();
        poll_fn(|cx| {
            let moved = moves.iter_mut().any(|one| one.as_mut().poll(cx).is_ready());
            if moved { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Does what `input` asks for: commands one after the other, until one is not accepted. What became
    /// of each.
    ///
    /// # Errors
    ///
    /// [`InputError`]: nothing was done.
    pub async fn input<E: InputOf<V>>(&self, input: E) -> Result<Vec<InputOutcome>, InputError> {
        self.input_as(self.system.inner().seam().message_id(), input).await
    }

    /// The same, once, however often it is done with this `id`.
    ///
    /// # Errors
    ///
    /// [`InputError`]: nothing was done.
    pub async fn input_as<E: InputOf<V>>(
        &self,
        id: MessageId,
        input: E,
    ) -> Result<Vec<InputOutcome>, InputError> {
        self.act(id, &E::into_input(Arc::new(input))).await
    }

    /// The same for an input that was sent from elsewhere as JSON, by its stable name. It may come more
    /// than once: with one `id`, it is done once.
    ///
    /// # Errors
    ///
    /// [`InputError`]: nothing was done.
    pub async fn input_json(
        &self,
        id: MessageId,
        name: &str,
        json: &[u8],
    ) -> Result<Vec<InputOutcome>, InputError> {
        let formats = V::Input::formats();
        let Some(format) = formats.iter().find(|format| format.name == name) else {
            let takes: Vec<_> = formats.iter().map(|format| format.name).collect();
            let (view, input, takes) = (V::name(), name.to_owned(), takes.join(", "));
            return Err(InputError::Unknown { view, input, takes });
        };
        let input = (format.decode)(json)
            .map_err(|source| InputError::Malformed { input: name.to_owned(), source })?;
        self.act(id, &input).await
    }

    async fn act(&self, id: MessageId, input: &V::Input) -> Result<Vec<InputOutcome>, InputError> {
        let reacted = catch_unwind(AssertUnwindSafe(|| self.view.react(input)));
        let reacted =
            reacted.unwrap_or_else(|panic| Err(format!("it panicked: {}", panic_message(&*panic))));
        let commands = reacted.map_err(|why| InputError::Failed { view: V::name(), why })?;
        let cause = Metadata::first(id, self.system.inner().seam().timestamp());
        let mut outcomes = Vec::new();
        for (nth, command) in (0..).zip(commands) {
            let (name, id) = (command.name(), derived_id(V::name(), id, nth));
            let origin = Origin { process: V::name(), id, cause: cause.clone() };
            let outcome = command.execute(self.system.clone(), origin).await;
            let accepted = matches!(outcome, CommandOutcome::Accepted(_));
            outcomes.push(InputOutcome { command: name, outcome });
            if !accepted {
                break;
            }
        }
        Ok(outcomes)
    }
}
