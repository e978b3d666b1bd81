//! `#[view]` and what stands inside its block.

use proc_macro2::TokenStream;

use super::view;
use crate::support::testing::{assert_contains, assert_mistakes, tokens};

fn expand(args: &str, block: &str) -> TokenStream {
    view(tokens(args), tokens(block))
}

#[test]
fn a_view_becomes_glue_that_can_be_read() {
    let block = "impl OrderPage {
        #[render]
        async fn render(&self, cx: &ViewContext<'_>) -> rdddy::Result<String> { page(cx).await }
        #[handler]
        fn cancel(&self, _: &CancelClicked) -> CancelOrder { cancel(self.order) }
        #[handler]
        fn reload(_: &ReloadClicked) {}
    }";
    let expanded = expand("name = \"Page\"", block);
    for expected in [
        "pub enum OrderPageEvent { Event0(::std::sync::Arc<CancelClicked>), Event1(::std::sync::Arc<ReloadClicked>) }",
        "impl ::rdddy::__private::View for OrderPage",
        "type Rendered = <rdddy::Result<String> as ::rdddy::__private::IntoRendering>::Rendered;",
        "::rdddy::__private::IntoRendering::into_rendering(Self::render(self, cx).await)",
        "OrderPageEvent::Event0(input) => ::rdddy::__private::commands_of(Self::cancel(self, input)),",
        "impl ::rdddy::__private::InputOf<OrderPage> for ReloadClicked",
    ] {
        assert_contains(&expanded, &[expected]);
    }
}

#[test]
fn what_cannot_fail_is_shown_as_it_is() {
    let block = "impl Clock { #[render] fn face(&self) -> Face { Face } }";
    let expanded = expand("", block);
    assert_contains(&expanded, &["type Rendered = Face;"]);
    assert_contains(&expanded, &["::core::result::Result::Ok(Self::face(self))"]);
}

#[test]
fn all_mistakes_are_reported_at_once_and_the_block_is_kept() {
    let block = "impl OrderPage {
        #[render(twice)]
        async fn render(&mut self, rows: Rows, more: u8) {}
        #[render]
        fn again(&self) -> String { page() }
        #[handler]
        async fn cancel(&self, event: CancelClicked) -> CancelOrder { cancel(event) }
        #[handler]
        fn one(_: &ReloadClicked) {}
        #[handler]
        fn two(_: &ReloadClicked) {}
        #[handler]
        fn look(_: &LookClicked, cx: &ViewContext<'_>) {}
    }";
    let expanded = expand("", block);
    let mistakes = [
        "rdddy::E112: `#[render]` has no options",
        "rdddy::E112: a view is rendered by `&self`: it remembers nothing",
        "rdddy::E112: rendering looks at read models through `cx: &ViewContext<'_>`",
        "rdddy::E112: nobody would supply this parameter",
        "rdddy::E112: nothing is to be seen: it returns nothing",
        "rdddy::E112: a view has one `#[render]`",
        "rdddy::E112: `cancel` is async: a handler of a view is a function of its event",
        "rdddy::E112: an event is shared, and taken by reference",
        "rdddy::E005: `ReloadClicked` already has a handler here: `one`",
        "rdddy::E112: what is to be done follows from the event alone",
    ];
    assert_mistakes(&expanded, &mistakes);
    assert_contains(&expanded, &["async fn render(&mut self, rows: Rows, more: u8)"]);
}

#[test]
fn what_is_no_block_of_a_type_is_refused() {
    for (item, mistake) in [
        ("struct OrderPage;", "rdddy::E114: `#[view]` stands on an impl block"),
        ("impl OrderPage {}", "rdddy::E114: a view without a `#[render]` shows nothing"),
        (
            "impl<T> OrderPage<T> { #[render] fn render(&self) -> T { todo() } }",
            "rdddy::E114: a view is one type, known by its name",
        ),
    ] {
        assert_mistakes(&expand("", item), &[mistake]);
    }
}
