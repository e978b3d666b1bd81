//! The derive `DomainError`.

use super::domain_error;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

#[test]
fn a_code_is_made_of_the_name() {
    let expanded =
        domain_error(tokens("enum E { HTTPFailed { a: u8 }, #[domain(transparent)] B { e: C } }"));
    assert_mistakes(&expanded, &[]);
    assert_contains(&expanded, &["Self::HTTPFailed { .. }", "\"http_failed\"", "{ e: same }"]);
    assert_contains(&domain_error(tokens("struct StockBusyError;")), &["\"stock_busy\""]);
    assert_contains(&domain_error(tokens("struct Error;")), &["\"error\""]);
}

#[test]
fn a_domain_error_does_not_contradict_itself() {
    for (item, mistakes) in [
        ("union A { b: u8 }", ["rdddy::E047: a domain error is a struct or"].as_slice()),
        ("#[domain(terminal, transient)] struct A;", &["rdddy::E047: a domain error is `"]),
        ("#[domain(transparent)] struct A;", &["rdddy::E047: what is transparent has one"]),
        ("#[domain(code = \"a.b\")] enum A { B }", &["rdddy::E047: `code` is about one variant"]),
        ("#[domain(code = \"a..b\")] struct A;", &["rdddy::E047: a code is made of"]),
        ("#[domain(code = \"\")] struct A;", &["rdddy::E047: a code is made of"]),
        ("#[domain(context = \"\")] struct A;", &["rdddy::E022"]),
        (
            "enum A { #[domain(code = \"a\")] B, #[domain(code = \"a\")] C }",
            &["rdddy::E047: another variant has the code `a`"],
        ),
        (
            "enum A { #[domain(transparent, severity = info)] B(C) }",
            &["rdddy::E047: what is transparent has no `severity`"],
        ),
        (
            "enum A { #[domain(severity = warn)] B, #[domain(context = \"a\")] C }",
            &["rdddy::E002: `severity` cannot be `warn`", "rdddy::E002: unknown option `context`"],
        ),
    ] {
        assert_mistakes(&domain_error(tokens(item)), mistakes);
    }
}
