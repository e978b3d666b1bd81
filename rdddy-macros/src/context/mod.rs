//! `bounded_context!`: one entry in the registry, by which messages find the name of their context.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Path, Token};

use crate::support::codes::Code;
use crate::support::krate::Private;
use crate::support::mistakes::{Mistake, collect};
use crate::support::names::check_context_name;

/// `"sales"`, and if need be `, crate = path`.
struct Input {
    name: LitStr,
    krate: Option<Path>,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let mut krate = None;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            krate = Some(input.call(Path::parse_mod_style)?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Input { name, krate })
    }
}

pub(crate) fn bounded_context(input: TokenStream) -> TokenStream {
    collect(|mistakes| {
        let Ok(Input { name, krate }) = syn::parse2(input.clone()) else {
            mistakes.report(
                Mistake::at(Code::E022, input, "a bounded context has a name")
                    .help("write `bounded_context!(\"sales\");`"),
            );
            return TokenStream::new();
        };
        check_context_name(&name, mistakes);
        let private = Private::new(krate);
        quote! {
            #private::inventory::submit! {
                #private::ContextEntry { module: ::core::module_path!(), context: #name }
            }
        }
    })
}
