//! [`Model`] to code: an ordinary test that hands its body to the simulation.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::analyze::Model;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { krate, function, world, explores, options } = model;
    let (attributes, visibility, body) =
        (&function.attributes, &function.visibility, &function.body);
    let (name, output) = (&function.signature.ident, &function.signature.output);
    let path = format!("::{name}");
    let options = options.iter().map(|(name, value)| {
        let name = Ident::new(name, Span::call_site());
        quote!(.#name(#value))
    });
    let world = match world {
        Some(world) => quote!(#world),
        None => quote!(_world: &mut #krate::World),
    };
    let begin = Ident::new(if *explores { "explore" } else { "test" }, Span::call_site());
    quote! {
        #[::core::prelude::v1::test]
        #(#attributes)*
        #visibility fn #name() #output {
            #krate::__private::run(
                ::core::env!("CARGO_PKG_NAME"),
                ::core::concat!(::core::module_path!(), #path),
                #krate::__private::Options::#begin() #(#options)*,
                async |#world| #output #body,
            )
        }
    }
}
