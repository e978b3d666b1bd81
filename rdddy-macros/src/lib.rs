//! The derives and attributes of `rdddy`. Use them through that crate: what they generate calls it.
//!
//! Every macro works in three stages: `parse` (syntax to an input), `analyze` (an input to a model,
//! with every rule), `expand` (a model to code, which cannot fail). The mistakes of one item are
//! reported all at once, each with a code that has a page under `docs/errors`, and the item itself
//! is always kept.

mod actor;
mod context;
mod contract;
mod message;
mod stray;
mod support;
mod testkit;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use support::guard;

/// Makes a type a command: an intention that exactly one actor decides.
///
/// Options, in `#[command(..)]`:
///
#[doc = include_str!("message/command.md")]
///
/// `#[key]` and `#[tag]` mark fields that say which instance a command is for.
///
/// # Examples
///
/// ```
/// use rdddy::message::Message;
/// use rdddy::prelude::*;
///
/// #[derive(Command)]
/// #[command(reply = u64, context = "sales")]
/// struct PlaceOrder {
///     #[key]
///     isbn: String,
///     quantity: u32,
/// }
///
/// assert_eq!(PlaceOrder::name(), "sales.PlaceOrder");
/// ```
#[proc_macro_derive(Command, attributes(command, key, tag))]
pub fn derive_command(item: TokenStream) -> TokenStream {
    guard::input(item, message::command)
}

/// Makes a type a query: a question that is answered and changes nothing.
///
/// Options, in `#[query(..)]`:
///
#[doc = include_str!("message/query.md")]
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Query)]
/// #[query(reply = Vec<u64>)]
/// struct OpenOrders {
///     isbn: String,
/// }
/// ```
#[proc_macro_derive(Query, attributes(query))]
pub fn derive_query(item: TokenStream) -> TokenStream {
    guard::input(item, message::query)
}

/// Makes a type an event: a fact that every interested actor hears.
///
/// Options, in `#[event(..)]`:
///
#[doc = include_str!("message/event.md")]
///
/// `#[key]` and `#[tag]` mark fields that say what an event is about.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Event)]
/// #[event(integration, version = 2)]
/// struct OrderPlaced {
///     #[tag]
///     order: u64,
/// }
/// ```
#[proc_macro_derive(Event, attributes(event, key, tag))]
pub fn derive_event(item: TokenStream) -> TokenStream {
    guard::input(item, message::event)
}

/// Says that the messages of this module, and of those in it, belong to a bounded context:
/// `bounded_context!("sales");`. Without it, the name of the context is that of the crate.
///
/// # Examples
///
/// ```
/// use rdddy::message::Message;
/// use rdddy::prelude::*;
///
/// bounded_context!("sales");
///
/// #[derive(Event)]
/// struct OrderPlaced;
///
/// fn main() {
///     assert_eq!(OrderPlaced::name(), "sales.OrderPlaced");
/// }
/// ```
#[proc_macro]
pub fn bounded_context(input: TokenStream) -> TokenStream {
    guard::input(input, context::bounded_context)
}

/// Makes a type an actor. Stands on the impl block that holds its handlers.
///
/// Inside, `#[handler]` marks the methods that handle messages, `#[on_start]`, `#[on_stop]` and
/// `#[on_restart]` those that run at a turn of its life, `#[requires]`, `#[ensures]` and
/// `#[invariant]` state its contracts.
///
/// Options:
///
#[doc = include_str!("actor/actor.md")]
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Command)]
/// struct Add(u32);
/// #[derive(Query)]
/// #[query(reply = u32)]
/// struct Total;
/// #[derive(Event)]
/// struct Reset;
///
/// struct Counter(u32);
///
/// #[actor(mailbox = bounded(256), overflow = fail)]
/// impl Counter {
///     #[handler]
///     async fn add(&mut self, add: Add) {
///         self.0 += add.0;
///     }
///
///     #[handler]
///     fn total(&self, _: Total) -> u32 {
///         self.0
///     }
///
///     #[handler]
///     fn reset(&mut self, _: &Reset) {
///         self.0 = 0;
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn actor(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, actor::actor)
}

/// Marks a method of an [`macro@actor`] block that handles a message.
///
/// It takes `&mut self` or `&self`, then the message: a command or a query by value, an event by
/// reference; then, if need be, `cx: &mut Context<Self>`. It is `async` or not.
///
/// Options:
///
#[doc = include_str!("actor/handler.md")]
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Command)]
/// struct Stop;
///
/// struct Desk {
///     open: bool,
/// }
///
/// #[actor]
/// impl Desk {
///     #[handler(lane = control, timeout = "5s", when = self.open)]
///     async fn stop(&mut self, _: Stop, cx: &mut Context<Self>) {
///         self.open = false;
///         let _ = cx.id();
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("handler", "called", item))
}

/// Marks the method of an [`macro@actor`] block that runs before its first message: `&mut self`,
/// and if need be `cx: &mut Context<Self>`. It returns nothing or a `Result`; an error fails the
/// start.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// struct Desk {
///     orders: Vec<String>,
/// }
///
/// #[actor]
/// impl Desk {
///     #[on_start]
///     fn open(&mut self) -> std::io::Result<()> {
///         self.orders.push("the first".to_owned());
///         Ok(())
///     }
///
///     #[on_restart]
///     fn tidy(&mut self, failure: &Failure) {
///         self.orders.push(format!("after {failure}"));
///     }
///
///     #[on_stop]
///     fn close(&mut self) {
///         self.orders.clear();
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn on_start(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("on_start", "called", item))
}

/// Marks the method of an [`macro@actor`] block that runs after its last message: `&mut self`, and
/// if need be `cx: &mut Context<Self>`. It returns nothing.
#[proc_macro_attribute]
pub fn on_stop(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("on_stop", "called", item))
}

/// Marks the method of an [`macro@actor`] block that cleans the state of a failed incarnation for
/// the next one: `&mut self`, and if need be `failure: &Failure` and `cx: &mut Context<Self>`. It
/// returns nothing or a `Result`; an error counts as one more failure.
#[proc_macro_attribute]
pub fn on_restart(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("on_restart", "called", item))
}

/// States what must hold before a handler is called: `#[requires(!self.closed)]`.
///
/// The condition may use `self` and the parameters of the handler. If it does not hold, the
/// contract is broken, and the supervisor decides; with an error after it,
/// `#[requires(!self.closed, DeskError::Closed)]`, the message is refused with that error instead.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Debug)]
/// struct Closed;
/// # impl std::fmt::Display for Closed {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("closed") }
/// # }
/// # impl std::error::Error for Closed {}
///
/// #[derive(Command)]
/// #[command(error = Closed)]
/// struct Ring;
///
/// struct Desk {
///     open: bool,
/// }
///
/// #[actor]
/// impl Desk {
///     #[handler]
///     #[requires(self.open, Closed)]
///     fn ring(&mut self, _: Ring) {}
/// }
/// ```
#[proc_macro_attribute]
pub fn requires(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("requires", "checked", item))
}

/// States what must hold after a handler: `#[ensures(self.count == old(self.count) + 1)]`.
///
/// The condition may use `self`, `result` (a reference to what the handler returned) and
/// `old(value)`, which is evaluated before the call. If it does not hold, the contract is broken,
/// and the supervisor decides.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Command)]
/// struct Take(u32);
///
/// struct Stock(u32);
///
/// #[actor]
/// impl Stock {
///     #[handler]
///     #[requires(take.0 <= self.0)]
///     #[ensures(self.0 == old(self.0) - old(take.0))]
///     fn take(&mut self, take: Take) {
///         self.0 -= take.0;
///     }
///
///     #[invariant("a shelf holds a thousand")]
///     fn fits(&self) -> bool {
///         self.0 <= 1000
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn ensures(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("ensures", "checked", item))
}

/// Marks a method of an [`macro@actor`] block that says whether the state is a sane one:
/// `#[invariant("stock is never negative")] fn stock_is_sane(&self) -> bool`. It is checked after
/// each message; if it does not hold, the contract is broken, and the supervisor decides.
///
/// # Examples
///
/// ```
/// use rdddy::prelude::*;
///
/// #[derive(Command)]
/// struct Take(u32);
///
/// struct Stock(u32);
///
/// #[actor]
/// impl Stock {
///     #[handler]
///     #[requires(take.0 <= self.0)]
///     #[ensures(self.0 == old(self.0) - old(take.0))]
///     fn take(&mut self, take: Take) {
///         self.0 -= take.0;
///     }
///
///     #[invariant("a shelf holds a thousand")]
///     fn fits(&self) -> bool {
///         self.0 <= 1000
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn invariant(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("invariant", "checked", item))
}

/// A test in a simulated world: `async fn name()` or `async fn name(world: &mut World)`. Exported
/// by the testkit as `test`.
///
/// Options:
///
#[doc = include_str!("testkit/test.md")]
#[proc_macro_attribute]
pub fn testkit_test(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, testkit::test)
}

/// A test that is run in many simulated worlds: other interleavings, other crashes. Exported by
/// the testkit as `explore`.
///
/// Options:
///
#[doc = include_str!("testkit/explore.md")]
#[proc_macro_attribute]
pub fn testkit_explore(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, testkit::explore)
}
