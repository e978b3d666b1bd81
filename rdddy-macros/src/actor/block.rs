//! An impl block, read no deeper than needed: the bodies of its methods stay tokens. That keeps
//! the macro fast, and lets it work while a body is being typed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, ImplItem, ItemImpl, Signature, Token, Visibility, token};

/// An impl block.
pub(crate) struct Block {
    /// `impl … Type where …`, with an empty body.
    pub(crate) header: ItemImpl,
    header_tokens: TokenStream,
    braces: Group,
    inner: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

/// Something in an impl block.
pub(crate) enum Member {
    Method(Box<Method>),
    Other { attributes: Vec<Attribute>, tokens: TokenStream },
}

/// A function or a method.
pub(crate) struct Method {
    pub(crate) attributes: Vec<Attribute>,
    visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Block {
    /// Reads an impl block.
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let braces = match tokens.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            last => return Err(syn::Error::new_spanned(last, "expected an impl block")),
        };
        let header_tokens: TokenStream = tokens.into_iter().collect();
        let header = syn::parse2(quote!(#header_tokens {}))?;
        let (inner, members) = parse_body.parse2(braces.stream())?;
        Ok(Block { header, header_tokens, braces, inner, members })
    }

    /// The block again.
    pub(crate) fn emit(&self) -> TokenStream {
        let mut body = TokenStream::new();
        body.append_all(&self.inner);
        body.append_all(&self.members);
        let mut braces = Group::new(Delimiter::Brace, body);
        braces.set_span(self.braces.span());
        let header = &self.header_tokens;
        quote!(#header #braces)
    }
}

impl Member {
    /// The attributes on it.
    pub(crate) fn attributes(&mut self) -> &mut Vec<Attribute> {
        match self {
            Member::Method(method) => &mut method.attributes,
            Member::Other { attributes, .. } => attributes,
        }
    }
}

fn parse_body(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Vec<Member>)> {
    let inner = input.call(Attribute::parse_inner)?;
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(input.parse()?);
    }
    Ok((inner, members))
}

impl Parse for Member {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let ahead = input.fork();
        let Ok(Some((visibility, signature))) = parse_method_head(&ahead) else {
            let item: ImplItem = input.parse()?;
            return Ok(Member::Other { attributes, tokens: item.into_token_stream() });
        };
        input.advance_to(&ahead);
        let body = input.parse()?;
        Ok(Member::Method(Box::new(Method { attributes, visibility, signature, body })))
    }
}

fn parse_method_head(input: ParseStream<'_>) -> syn::Result<Option<(Visibility, Signature)>> {
    let visibility = input.parse()?;
    if input.peek(Token![const]) && !is_const_fn(input) {
        return Ok(None);
    }
    let signature = input.parse()?;
    Ok(input.peek(token::Brace).then_some((visibility, signature)))
}

fn is_const_fn(input: ParseStream<'_>) -> bool {
    let next = [input.peek2(Token![fn]), input.peek2(Token![async]), input.peek2(Token![unsafe])];
    next.contains(&true) || input.peek2(Token![extern])
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Member::Method(method) => {
                tokens.append_all(&method.attributes);
                method.visibility.to_tokens(tokens);
                method.signature.to_tokens(tokens);
                method.body.to_tokens(tokens);
            }
            Member::Other { attributes, tokens: item } => {
                tokens.append_all(attributes);
                item.to_tokens(tokens);
            }
        }
    }
}
