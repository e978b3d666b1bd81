//! `#[requires]` and `#[ensures]`.

use crate::actor::actor;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(attributes: &str, method: &str) -> proc_macro2::TokenStream {
    actor(tokens(""), tokens(&format!("impl A {{ #[handler] {attributes} {method} }}")))
}

#[test]
fn conditions_stand_around_the_call() {
    let expanded = expand(
        "#[requires(self.open, Closed(cmd.id))] #[requires(cmd.n > 0)]
         #[ensures(self.n == old(self.n) + old(cmd.n) && result.is_ok())]",
        "async fn place(&mut self, cmd: Place) -> Result<(), Closed> { Ok(()) }",
    );
    assert_mistakes(&expanded, &[]);
    assert_contains(
        &expanded,
        &[
            "'handled:",
            "let holds: bool = self.open;",
            "break 'handled ::rdddy::__private::Outcome::Refuse(Closed(cmd.id));",
            "let holds: bool = cmd.n > 0;",
            "Outcome::Breach",
            "condition: \"cmd.n > 0\", method: \"place\"",
            "let old_0_0 = self.n; let old_0_1 = cmd.n;",
            "let returned = Self::place(self, cmd).await;",
            "let result = &returned;",
            "let holds: bool = self.n == old_0_0 + old_0_1 && result.is_ok();",
            "condition: \"self.n == old(self.n) + old(cmd.n) && result.is_ok()\"",
            "::rdddy::__private::outcome_of::<Place>(returned)",
        ],
    );
}

#[test]
fn only_calls_of_old_are_taken_for_it() {
    let expanded = expand(
        "#[ensures(self.old(5) > Age::old(self.n) && self.old == old_age && old(self.list.len()) > 1)]",
        "fn place(&mut self, event: &Placed) {}",
    );
    let text = expanded.to_string();
    assert!(text.contains("let old_0_0 = self . list . len () ;"), "{text}");
    assert!(
        text.contains("self . old (5) > Age :: old (self . n) && self . old == old_age"),
        "{text}"
    );
    assert!(!text.contains("old_0_1"), "{text}");
}

#[test]
fn a_contract_that_cannot_be_checked_is_refused() {
    let by_value = "fn h(&mut self, cmd: Place) {}";
    let by_reference = "fn h(&mut self, event: &Placed) {}";
    for (attribute, method, expected) in [
        ("#[requires]", by_value, "rdddy::E021: `#[requires]` holds one condition"),
        ("#[requires()]", by_value, "rdddy::E021: `#[requires]` holds one condition"),
        ("#[requires(a, b, c)]", by_value, "rdddy::E021: `#[requires]` holds one condition"),
        ("#[ensures(a, b)]", by_value, "rdddy::E021: `#[ensures]` holds one condition"),
        ("#[requires = true]", by_value, ""),
        ("#[requires(a, Closed)]", by_reference, "rdddy::E021: an event cannot be refused"),
        ("#[ensures(f(cmd.n))]", by_value, "rdddy::E021: `cmd` is gone by now"),
        ("#[ensures(self.cmd && event.n > 0)]", by_reference, ""),
        ("#[ensures(self.cmd)]", by_value, ""),
    ] {
        let expected: &[&str] = if expected.is_empty() { &[] } else { &[expected] };
        assert_mistakes(&expand(attribute, method), expected);
    }
}
