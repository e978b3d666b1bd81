//! `#[view]`.

mod analyze;
mod expand;
mod options;
mod render;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::actor::Role;
use crate::process;
use crate::support::codes::Code;
use crate::support::mistakes::collect;

const EXAMPLE: (Code, &str) = (Code::E114, "OrderPage");

pub(crate) fn view(args: TokenStream, item: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let roles = (&options::VIEW, [Role::Handler, Role::Render].as_slice());
        let Some(input) = process::parse(args, item.clone(), roles, EXAMPLE, mistakes) else {
            return item;
        };
        let block = input.block.emit();
        let expansion = analyze::analyze(input, mistakes).map(|model| expand::expand(&model));
        quote!(#block #expansion)
    })
}
