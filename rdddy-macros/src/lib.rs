//! The derives and attributes of `rdddy`. Use them through that crate: what they generate calls it.
//!
//! Every macro works in three stages: `parse` (syntax to an input), `analyze` (an input to a model,
//! with every rule), `expand` (a model to code, which cannot fail). The mistakes of one item are
//! reported all at once, each with a code that has a page under `docs/errors`, and the item itself
//! is always kept.

mod actor;
mod aggregate;
mod context;
mod contract;
mod domain_error;
mod entity;
mod id;
mod message;
mod policy;
mod process;
mod projection;
mod saga;
mod stray;
mod support;
mod task;
mod testkit;
#[cfg(test)]
mod tests;
mod value;
mod view;

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

/// Makes a struct a value object: valid as long as it exists, private, equal by its attributes.
///
/// It stands on a struct of one unnamed field, or of named ones, all of them private. What makes a
/// value valid is said in `#[value(..)]`, on the struct, or on a field with a name. A rule sees
/// `value`, a reference to the field, or the named fields, as references; `&str` for a `String`.
/// `message` is about the rules in the same attribute; write several attributes for several
/// messages. Rules are checked in order, those of fields first.
///
/// The derive generates:
///
/// - `Quantity::new`, which checks, and a method to read each field: `value()` for one without a
///   name. Those of a number return it, that of a `String` returns a `&str`.
/// - `QuantityError`, a name for `Invalid<Quantity>`: which rule does not hold, and its message.
/// - `TryFrom` what it is made of: the type of its field, or a tuple of several. For one without a
///   name also the way back, `From`; and where that is a number, a `String`, a `bool` or a `char`,
///   `FromStr` and `Display`.
/// - `Serialize` and `Deserialize`, through the rules: a field without a name as itself.
/// - The trait `ValueObject`, with the rules as data, from which the testkit draws values.
///
/// `Clone`, `Debug`, `PartialEq` and the like are yours to derive, except for `Debug` of a
/// `personal` one: its generated `Debug` shows nothing, neither does its error, and it has no
/// `Display`.
///
/// A condition like `(1..=999).contains(value)` is data, too; from other conditions values are
/// found by chance, or are given as `examples`.
///
/// Options:
///
#[doc = include_str!("value/value.md")]
///
#[doc = include_str!("value/example.md")]
#[proc_macro_derive(ValueObject, attributes(value))]
pub fn derive_value_object(item: TokenStream) -> TokenStream {
    guard::input(item, value::value_object)
}

/// Makes a type a domain error: a refusal that means something in the domain. Stands beside
/// `thiserror::Error`, or an `Error` written by hand.
///
/// Each variant has a stable code, by default its bounded context and its name,
/// `sales.already_placed`; it is terminal, or transient; and it has a severity. A `#[domain(..)]`
/// on the enum says what its variants are without one of their own.
///
/// Options, on a variant or on the type:
///
#[doc = include_str!("domain_error/domain.md")]
///
#[doc = include_str!("domain_error/example.md")]
#[doc(alias = "DomainException")]
#[proc_macro_derive(DomainError, attributes(domain))]
pub fn derive_domain_error(item: TokenStream) -> TokenStream {
    guard::input(item, domain_error::domain_error)
}

/// Makes a struct an entity: two of them are equal if their ids are, whatever else they hold.
///
/// `#[id]` marks the field that identifies it. The derive generates `PartialEq`, `Eq` and `Hash`,
/// all by that field, and the trait `Entity`.
///
/// Options, in `#[entity(..)]`:
///
#[doc = include_str!("entity/entity.md")]
///
#[doc = include_str!("entity/example.md")]
#[proc_macro_derive(Entity, attributes(entity, id))]
pub fn derive_entity(item: TokenStream) -> TokenStream {
    guard::input(item, entity::entity)
}

/// Makes a struct of one private field a typed id: over `u128`, `u64` or `String`.
///
/// The derive generates all that an id needs: `Clone`, `Copy` for numbers, `Debug`, `PartialEq`,
/// `Eq`, `PartialOrd`, `Ord`, `Hash`, `Display`, `FromStr`, `Serialize`, `Deserialize`, `new`,
/// `value`, and conversions. One of 128 bits is written as a UUID is, and can be generated from a
/// source of ids: the context of a decision. A text is not empty, has at most 255 bytes, and no
/// control characters.
///
/// Options, in `#[id(..)]`:
///
#[doc = include_str!("id/id.md")]
///
#[doc = include_str!("id/example.md")]
#[proc_macro_derive(Id, attributes(id))]
pub fn derive_id(item: TokenStream) -> TokenStream {
    guard::input(item, id::id)
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

#[doc = include_str!("aggregate/aggregate.md")]
#[proc_macro_attribute]
pub fn aggregate(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, aggregate::aggregate)
}

#[doc = include_str!("policy/policy.md")]
#[proc_macro_attribute]
pub fn policy(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, policy::policy)
}

#[doc = include_str!("task/task.md")]
#[proc_macro_attribute]
pub fn task(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, task::task)
}

#[doc = include_str!("saga/saga.md")]
#[proc_macro_attribute]
pub fn saga(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, saga::saga)
}

/// Marks a method of a [`macro@saga`] block that acts on an event: it returns the command that it wants
/// given. See there for its options.
#[proc_macro_attribute]
pub fn step(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("step", "taken", item))
}

/// Marks a method of a [`macro@saga`] block that undoes a step: it returns the command that it wants
/// given, and takes the event that the step acted on, if it needs it.
#[proc_macro_attribute]
pub fn compensation(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("compensation", "called", item))
}

/// Marks a method of a [`macro@saga`] block: its event says that the saga has failed, and what it has
/// done is undone, unless the pivot is past.
#[proc_macro_attribute]
pub fn abort(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("abort", "called", item))
}

/// Marks a method of a [`macro@saga`] block: its event is the last that the saga hears. Without one, a
/// saga ends when the command of its last step was carried out.
#[proc_macro_attribute]
pub fn end(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("end", "called", item))
}

/// Marks a method of a [`macro@saga`] block that says what is to be done when the time is up:
/// `#[timeout("15m")] fn expired(&mut self) -> Timeout`. It is not called once the pivot is past.
#[proc_macro_attribute]
pub fn timeout(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("timeout", "called", item))
}

#[doc = include_str!("projection/projection.md")]
#[proc_macro_attribute]
pub fn projection(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, projection::projection)
}

#[doc = include_str!("view/view.md")]
#[proc_macro_attribute]
pub fn view(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, view::view)
}

/// Marks the method of a [`macro@view`] block that makes what is seen. See there.
#[proc_macro_attribute]
pub fn render(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("render", "called", item))
}

#[doc = include_str!("aggregate/apply.md")]
#[proc_macro_attribute]
pub fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("apply", "called", item))
}

#[doc = include_str!("aggregate/upcast.md")]
#[proc_macro_attribute]
pub fn upcast(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("upcast", "called", item))
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
#[doc = include_str!("actor/hooks.md")]
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
#[doc = include_str!("contract/example.md")]
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
#[doc = include_str!("contract/example.md")]
#[proc_macro_attribute]
pub fn ensures(args: TokenStream, item: TokenStream) -> TokenStream {
    guard::attribute(args, item, |_, item| stray::stray("ensures", "checked", item))
}

/// Marks a method of an [`macro@actor`] block that says whether the state is a sane one:
/// `#[invariant("stock is never negative")] fn stock_is_sane(&self) -> bool`. It is checked after
/// each message; if it does not hold, the contract is broken, and the supervisor decides.
///
#[doc = include_str!("contract/example.md")]
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
