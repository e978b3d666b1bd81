//! Stable, context-qualified message names.

use std::fmt;
use std::sync::OnceLock;

/// Says that every message below a module belongs to a bounded context. Made by
/// `bounded_context!`; the entry with the longest matching module path wins.
#[derive(Clone, Copy, Debug)]
pub struct ContextEntry {
    /// The module that `bounded_context!` stands in.
    pub module: &'static str,
    /// The name of the context.
    pub context: &'static str,
}

inventory::collect!(ContextEntry);

/// The name of one message type, put together once, when it is first asked for.
///
/// The context is, in this order: the one given on the type, the nearest enclosing
/// `bounded_context!`, the name of the crate.
pub struct MessageName {
    module: &'static str,
    local: &'static str,
    context: Option<&'static str>,
    full: OnceLock<&'static str>,
}

impl MessageName {
    /// The name `local` of a type that stands in `module`, with its own `context` if it has one.
    #[must_use]
    pub const fn new(
        module: &'static str,
        local: &'static str,
        context: Option<&'static str>,
    ) -> Self {
        MessageName { module, local, context, full: OnceLock::new() }
    }

    /// The whole name, for example `sales.PlaceOrder`.
    #[inline]
    pub fn get(&self) -> &'static str {
        match self.full.get() {
            Some(name) => name,
            None => self.resolve(),
        }
    }

    #[cold]
    fn resolve(&self) -> &'static str {
        self.full.get_or_init(|| {
            let context = self.context.unwrap_or_else(|| context_of(self.module));
            Box::leak(format!("{context}.{}", self.local).into_boxed_str())
        })
    }
}

impl fmt::Debug for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

/// The bounded context of a module: the nearest enclosing `bounded_context!`, else its crate.
pub(crate) fn context_of(module: &'static str) -> &'static str {
    inventory::iter::<ContextEntry>()
        .filter(|entry| encloses(entry.module, module))
        .max_by_key(|entry| entry.module.len())
        .map_or_else(|| own_crate(module), |entry| entry.context)
}

/// The name of a module's crate. Rustdoc puts the examples of a whole crate into one, as modules:
/// there, each is a crate of its own.
fn own_crate(module: &'static str) -> &'static str {
    let mut parts = module.split("::");
    match parts.next() {
        Some(bundle) if bundle.starts_with("doctest_bundle_") => parts.next().unwrap_or(bundle),
        name => name.unwrap_or(module),
    }
}

fn encloses(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}
