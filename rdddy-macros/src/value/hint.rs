//! The bounds in a condition like `(1..=999).contains(value)`, so that values can be drawn by it.

use proc_macro2::Ident;
use syn::{Expr, ExprRange, RangeLimits, UnOp};

use super::model::{Bound, Constraint, Field};

/// The same condition as data, if it is a range of constants that contains the field.
pub(crate) fn bounds_of(check: &Expr, field: &Field) -> Option<Constraint> {
    let Expr::MethodCall(call) = check else { return None };
    let is_about_field = call.args.len() == 1
        && call.args.first().is_some_and(
            |argument| matches!(argument, Expr::Path(path) if path.path.is_ident(&field.binding)),
        );
    if call.method != "contains" || !is_about_field || !field.shape.is_number() {
        return None;
    }
    let range = range(&call.receiver)?;
    let ends = [range.start.as_deref(), range.end.as_deref()];
    ends.into_iter().flatten().all(is_constant).then(|| constraint(range, field)).flatten()
}

/// A range as data.
pub(crate) fn constraint(range: &ExprRange, field: &Field) -> Option<Constraint> {
    let exclusive = matches!(range.limits, RangeLimits::HalfOpen(_));
    match (range.start.as_deref(), range.end.as_deref()) {
        (Some(start), Some(end)) => Some(Constraint::Range(
            Bound::new(start, field, false),
            Bound::new(end, field, exclusive),
        )),
        (Some(start), None) => Some(Constraint::Min(Bound::new(start, field, false))),
        (None, Some(end)) => Some(Constraint::Max(Bound::new(end, field, exclusive))),
        (None, None) => None,
    }
}

/// The range that `expression` is, in parentheses or not.
pub(crate) fn range(expression: &Expr) -> Option<&ExprRange> {
    match expression {
        Expr::Range(range) => Some(range),
        Expr::Paren(inner) => range(&inner.expr),
        Expr::Group(inner) => range(&inner.expr),
        _ => None,
    }
}

/// A literal, its negation, or the name of a constant.
fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_constant(&unary.expr),
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| is_upper(&last.ident)),
        _ => false,
    }
}

fn is_upper(ident: &Ident) -> bool {
    !ident.to_string().chars().any(char::is_lowercase)
}
