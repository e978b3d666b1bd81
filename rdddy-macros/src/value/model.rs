//! What the expansion needs to know about a value object.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Expr, Path, Type, Visibility};

use crate::support::krate::Private;

/// A value object.
pub(crate) struct Model {
    /// The path of what generated code calls.
    pub(crate) private: Private,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    /// The name of its error.
    pub(crate) error: Ident,
    /// Where it says `personal`.
    pub(crate) personal: Option<Ident>,
    pub(crate) serde: bool,
    pub(crate) examples: Vec<Expr>,
    pub(crate) fields: Vec<Field>,
    /// In the order in which they are checked.
    pub(crate) rules: Vec<Rule>,
}

/// A field of it.
pub(crate) struct Field {
    /// Its name; none in a tuple struct.
    pub(crate) ident: Option<Ident>,
    /// Under which it is known to rules: its name, or `value`.
    pub(crate) binding: Ident,
    pub(crate) ty: Type,
    pub(crate) shape: Shape,
    pub(crate) normalize: Option<Normalize>,
}

/// What is known about a type by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Unsigned,
    Signed,
    Real,
    Bool,
    Char,
    Text,
    Other,
}

/// What a value goes through before it is checked.
pub(crate) enum Normalize {
    /// A method of `str`.
    Method(Ident),
    /// A function that takes a reference.
    Function(Path),
    /// An expression over the reference.
    Expression(Expr),
}

/// A rule.
pub(crate) struct Rule {
    /// The index of the field that it is about; none if it is about all of them.
    pub(crate) field: Option<usize>,
    /// Whether it holds, as an expression over the bindings.
    pub(crate) holds: TokenStream,
    pub(crate) constraint: Constraint,
    pub(crate) message: String,
}

/// A rule, as data.
pub(crate) enum Constraint {
    Min(Bound),
    Max(Bound),
    Range(Bound, Bound),
    NotEmpty,
    MinChars(usize),
    MaxChars(usize),
    Check(String),
}

/// A constant that bounds the numbers of a type.
pub(crate) struct Bound {
    pub(crate) number: TokenStream,
    pub(crate) ty: TokenStream,
    pub(crate) shape: Shape,
    /// Whether it is itself beyond what is allowed.
    pub(crate) exclusive: bool,
}

impl Bound {
    /// The bound `number` of `field`, itself allowed or not.
    pub(crate) fn new(number: &Expr, field: &Field, exclusive: bool) -> Self {
        Bound {
            number: number.to_token_stream(),
            ty: field.ty.to_token_stream(),
            shape: field.shape,
            exclusive,
        }
    }
}

impl Model {
    /// Whether it has one field, and that has no name.
    pub(crate) fn is_newtype(&self) -> bool {
        matches!(self.fields.as_slice(), [Field { ident: None, .. }])
    }
}

impl Shape {
    /// The shape of `ty`, by its name.
    pub(crate) fn of(ty: &Type) -> Self {
        let Type::Path(path) = ty else { return Shape::Other };
        let Some(last) = path.path.segments.last().filter(|last| last.arguments.is_none()) else {
            return Shape::Other;
        };
        let is_std = path.qself.is_none()
            && (path.path.segments.len() == 1
                || path.path.segments.first().is_some_and(|first| {
                    ["std", "core", "alloc"].iter().any(|root| first.ident == root)
                }));
        match last.ident.to_string().as_str() {
            _ if !is_std => Shape::Other,
            "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => Shape::Unsigned,
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => Shape::Signed,
            "f32" | "f64" => Shape::Real,
            "bool" => Shape::Bool,
            "char" => Shape::Char,
            "String" => Shape::Text,
            _ => Shape::Other,
        }
    }

    /// Whether a value of it is passed and returned by value.
    pub(crate) fn is_copy(self) -> bool {
        !matches!(self, Shape::Text | Shape::Other)
    }

    /// Whether it is written and read as text by the standard library.
    pub(crate) fn is_written(self) -> bool {
        self != Shape::Other
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Shape::Unsigned | Shape::Signed | Shape::Real)
    }
}
