//! [`Model`] to code: `impl DomainError`, one arm for each variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Member;
use syn::ext::IdentExt;

use super::analyze::{Case, ErrorCode, Model, Says};

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { private, ident, generics, context, cases } = model;
    let (impl_generics, arguments, where_clause) = generics.split_for_impl();
    let context = option(context.as_deref());
    let code = matched(cases, |says| match says {
        Says::Same(_) => quote!(#private::DomainError::code(same)),
        Says::Own { code: ErrorCode::Whole(code), .. } => quote!(#code),
        Says::Own { code: ErrorCode::Local(local), .. } => quote! {{
            static CODE: #private::MessageName =
                #private::MessageName::new(::core::module_path!(), #local, #context);
            CODE.get()
        }},
    });
    let is_transient = matched(cases, |says| match says {
        Says::Same(_) => quote!(#private::DomainError::is_transient(same)),
        Says::Own { transient, .. } => quote!(#transient),
    });
    let severity = matched(cases, |says| match says {
        Says::Same(_) => quote!(#private::DomainError::severity(same)),
        Says::Own { severity, .. } => {
            let severity = Ident::new(severity, Span::call_site());
            quote!(#private::Severity::#severity)
        }
    });
    let entry = generics.params.is_empty().then(|| entry(model));
    quote! {
        const _: () = {
            #entry
            #[automatically_derived]
            impl #impl_generics #private::DomainError for #ident #arguments #where_clause {
                fn code(&self) -> &'static str {
                    #code
                }

                fn is_transient(&self) -> bool {
                    #is_transient
                }

                fn severity(&self) -> #private::Severity {
                    #severity
                }
            }
        };
    }
}

/// By its entry, an error is known again where its type is not. A generic one is many types.
fn entry(model: &Model) -> TokenStream {
    let Model { private, ident, context, cases, .. } = model;
    let name = ident.unraw().to_string();
    let context = option(context.as_deref());
    let codes = cases.iter().filter_map(|case| match &case.says {
        Says::Same(_) => None,
        Says::Own { code: ErrorCode::Whole(code), .. } => {
            Some(quote!(#private::ErrorCode { code: #code, given: true }))
        }
        Says::Own { code: ErrorCode::Local(local), .. } => Some(quote! {{
            static CODE: #private::MessageName =
                #private::MessageName::new(::core::module_path!(), #local, #context);
            #private::ErrorCode { code: CODE.get(), given: false }
        }}),
    });
    quote! {
        #private::inventory::submit! {
            #private::DomainErrorEntry::new(
                (#name, ::core::module_path!()),
                || ::std::vec![#(#codes),*],
                #private::domain_error_data::<#ident>,
                #private::SourceLocation { file: ::core::file!(), line: ::core::line!() },
            )
        }
    }
}

fn option(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

fn matched(cases: &[Case], answer: impl Fn(&Says) -> TokenStream) -> TokenStream {
    if cases.is_empty() {
        return quote!(match *self {});
    }
    let arms = cases.iter().map(|Case { variant, says }| {
        let path = match variant {
            Some(variant) => quote!(Self::#variant),
            None => quote!(Self),
        };
        let pattern = match says {
            Says::Same(Member::Named(field)) => quote!(#path { #field: same }),
            Says::Same(Member::Unnamed(_)) => quote!(#path { 0: same }),
            Says::Own { .. } => quote!(#path { .. }),
        };
        let answer = answer(says);
        quote!(#pattern => #answer,)
    });
    quote!(match self { #(#arms)* })
}
