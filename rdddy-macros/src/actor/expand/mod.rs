//! [`Model`] to code. For each actor:
//!
//! - a check per handler that its message is one, and of a capacity that is a constant;
//! - `impl Actor`, with its table of handlers and its hooks;
//! - one `impl Handler<M>` or `impl EventHandler<E>` per handler;
//! - for a type without parameters, its entry in the registry;
//! - one warning per call that would block a worker.

mod actor;
mod check;
mod handler;
mod hook;
mod registry;
mod warning;

use proc_macro2::TokenStream;
use quote::quote;

use super::model::Model;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let mut items = check::expand(model);
    items.push(actor::expand(model));
    items.extend(model.handlers.iter().map(|handler| handler::expand(model, handler)));
    items.extend(registry::expand(model));
    items.extend(warning::expand(model));
    let cfgs = &model.cfgs;
    items.iter().map(|item| quote!(#(#cfgs)* #item)).collect()
}
