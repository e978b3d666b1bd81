//! `#[actor]` and what stands inside its block.

use proc_macro2::{Delimiter, Group, TokenStream};

use super::{actor, blocking};
use crate::support::testing::{
    assert_contains, assert_mistakes, assert_same, expansion, implemented, method_attributes,
    tokens,
};

fn expand(args: &str, block: &str) -> TokenStream {
    actor(tokens(args), tokens(block))
}

#[test]
fn an_actor_becomes_glue_that_can_be_read() {
    let expanded = expand(
        "mailbox = bounded(8), overflow = drop_oldest",
        "impl Counter { #[handler] fn add(&mut self, add: Add) { self.0 += add.0; } }",
    );
    assert_same(
        &expanded,
        r#"
        impl Counter { fn add(&mut self, add: Add) { self.0 += add.0; } }
        const _: ::core::option::Option<::rdddy::__private::IsMessage<Add>> =
            ::core::option::Option::None;
        #[automatically_derived]
        impl ::rdddy::__private::Actor for Counter {
            const NAME: &'static str = "Counter";
            const CONFIG: ::rdddy::__private::ActorConfig = ::rdddy::__private::ActorConfig::new()
                .mailbox(::rdddy::__private::Capacity::Bounded(8))
                .overflow(::rdddy::__private::Overflow::DropOldest);
            const HANDLERS: &'static [::rdddy::__private::HandlerEntry<Self>] =
                &[::rdddy::__private::HandlerEntry::request::<Add>()];
        }
        #[automatically_derived]
        impl ::rdddy::__private::Handler<Add> for Counter {
            const OPTIONS: ::rdddy::__private::HandlerOptions =
                ::rdddy::__private::HandlerOptions::new().immediate();
            fn handle(
                &mut self,
                add: Add,
                _cx: &mut ::rdddy::__private::Context<Self>,
            ) -> impl ::core::future::Future<Output = ::rdddy::__private::OutcomeOf<Add> >
                + ::core::marker::Send
            {
                ::core::future::ready(
                    ::rdddy::__private::outcome_of::<Add>(Self::add(self, add))
                )
            }
        }
        const _: () = {
            const HANDLES: &[::rdddy::__private::MessageUse] =
                &[::rdddy::__private::MessageUse::of::<Add>(::core::line!())];
            const ASKS: &[::rdddy::__private::MessageUse] = &[];
            ::rdddy::__private::inventory::submit! {
                ::rdddy::__private::ActorEntry::new(
                    "Counter", ::core::module_path!(), HANDLES, ASKS,
                    ::rdddy::__private::SourceLocation {
                        file: ::core::file!(), line: ::core::line!()
                    }
                )
            }
        };"#,
    );
}

#[test]
fn each_shape_of_handler_has_its_trait() {
    let expanded = expand(
        "crate = ddd, name = \"Desk\"",
        "impl<T: Send> Desk<T> where T: 'static {
            #[handler(redeliver)] async fn place(&mut self, cmd: Place<T>, cx: &mut Context<Self>) {}
            #[ddd::handler] fn count(&self, _: Count) -> usize { 0 }
            #[rdddy::handler(redeliver = false)] fn placed(&mut self, event: &Placed) {}
            #[cfg(unix)] #[handler] fn shut(&mut self, mut event: &Shut) {}
            #[on_start] async fn open(&mut self) {}
            #[on_restart] fn again(&mut self, failure: &Failure, cx: &mut Context<Self>) {}
            #[invariant] fn is_sane(&self) -> bool { true }
            #[inline] fn other(&self) {}
            const LIMIT: usize = 5;
        }",
    );
    assert_mistakes(&expanded, &[]);
    let (items, _) = expansion(&expanded);
    assert_eq!(method_attributes(&items), ["cfg", "inline"]);
    assert_eq!(
        implemented(&items),
        [
            "Actor",
            "Handler<Place<T>>",
            "Handler<Count>",
            "EventHandler<Placed>",
            "EventHandler<Shut>"
        ]
    );
    for expected in [
        "const NAME: &'static str = \"Desk\";",
        "async move { ddd::__private::outcome_of::<Place<T>>(Self::place(self, cmd, cx).await) }",
        "fn keep(message: &Place<T>)",
        "HandlerOptions::new().redeliver()",
        "#[cfg(unix)] ddd::__private::HandlerEntry::event::<Shut>()",
        "{ on_start: true, on_restart: true, invariants: true, ..ddd::__private::Hooks::NONE }",
        "(&mut self, failure: &ddd::__private::Failure, cx: &mut ddd::__private::Context<Self>,)",
        "condition: \"is_sane\"",
    ] {
        assert_contains(&expanded, &[expected]);
    }
    assert!(!expanded.to_string().contains("submit"), "a generic actor has no entry");
}

#[test]
fn all_mistakes_of_a_block_are_reported_at_once_and_nothing_of_it_is_lost() {
    let expanded = expand(
        "mailbox = bounded(0), crtical",
        "impl Counter {
            #[handler(timeout = \"never\")] fn add(self, add: Add) { drop(add) }
            #[handler] fn add_again(&mut self, add: Add) {}
            #[handler] async fn take(&mut self, (a, b): Pair, other: Add, third: u8) {}
            #[on_start] fn open() {}
            #[requires(true)] fn helper(&self) {}
        }",
    );
    assert_mistakes_without_help(
        &expanded,
        &[
            "rdddy::E002: unknown option `crtical`; did you mean `critical`?",
            "rdddy::E002: a mailbox of capacity 0",
            "rdddy::E003: a handler borrows its actor",
            "rdddy::E002: `never` is not a duration",
            "rdddy::E003: the message of a handler has a name",
            "rdddy::E003: a handler takes one message; `Add` is a second one",
            "rdddy::E003: nobody would supply this parameter",
            "rdddy::E021: a hook has an actor",
            "rdddy::E021: `#[requires]` is never checked",
            "rdddy::E005: `Add` already has a handler",
            "rdddy::E005: the first handler of `Add` is here",
        ],
    );
    let (items, _) = expansion(&expanded);
    assert_eq!(method_attributes(&items), [""; 0]);
    assert_eq!(implemented(&items), ["Actor", "Handler<Add>", "Handler<Pair>"]);
    assert!(expanded.to_string().contains("drop (add)"));
}

#[track_caller]
fn assert_mistakes_without_help(expanded: &TokenStream, expected: &[&str]) {
    let (_, mistakes) = expansion(expanded);
    let fits = mistakes.iter().zip(expected).all(|(mistake, start)| mistake.starts_with(start));
    assert!(
        fits && mistakes.len() == expected.len(),
        "expected {expected:#?}, found {mistakes:#?}"
    );
}

#[test]
fn each_mistake_in_a_block_is_explained() {
    for (block, expected) in [
        (
            "impl A { #[handler] fn h(&mut self) {} }",
            "rdddy::E003: the handler `h` takes no message",
        ),
        (
            "impl A { #[handler] fn h(&mut self, cx: &mut Context<Self>) {} }",
            "rdddy::E003: the handler `h` takes no message",
        ),
        (
            "impl A { #[handler] fn h(m: M) {} }",
            "rdddy::E003: a handler has an actor: `h` does not",
        ),
        (
            "impl A { #[handler] fn h(self: Box<Self>, m: M) {} }",
            "rdddy::E003: a handler borrows its actor",
        ),
        (
            "impl A { #[handler] fn h<M>(&self, m: M) {} }",
            "rdddy::E003: a handler has no type parameters",
        ),
        (
            "impl A { #[handler] unsafe fn h(&self, m: M) {} }",
            "rdddy::E003: a handler is an ordinary method",
        ),
        (
            "impl A { #[handler] extern \"C\" fn h(&self, m: M) {} }",
            "rdddy::E003: a handler is an ordinary method",
        ),
        (
            "impl A { #[handler] fn h(&self, m: impl Any) {} }",
            "rdddy::E003: a handler is for one type",
        ),
        (
            "impl A { #[handler] fn h(&self, m: &&M) {} }",
            "rdddy::E003: a message is taken by value, or",
        ),
        ("impl A { #[handler] fn h(&self, m: _) {} }", "rdddy::E003: the type of the message"),
        (
            "impl A { #[handler] fn h(&self, m: &mut M) {} }",
            "rdddy::E003: a handler does not change its message",
        ),
        (
            "impl A { #[handler] fn h(&self, m: M, cx: &Context<Self>) {} }",
            "rdddy::E003: the context is borrowed by `&mut`",
        ),
        (
            "impl A { #[handler] fn h(&self, cx: &mut Context<Self>, m: M) {} }",
            "rdddy::E003: a handler takes its message first",
        ),
        (
            "impl A { #[handler(blocking)] async fn h(&self, m: M) {} }",
            "rdddy::E003: the blocking handler `h` is async",
        ),
        (
            "impl A { #[handler(lane = usr)] fn h(&self, m: M) {} }",
            "rdddy::E002: `lane` cannot be `usr`; did you mean `user`?",
        ),
        ("impl A { #[handler(lane)] fn h(&self, m: M) {} }", "rdddy::E002: `lane` has a value"),
        ("impl A { #[handler] type H = u8; }", "rdddy::E003: `#[handler]` stands on a method"),
        (
            "impl A { #[handler] #[handler] fn h(&self, m: M) {} }",
            "rdddy::E021: `#[handler]` is given twice",
        ),
        (
            "impl A { #[on_stop] #[handler] fn h(&self, m: M) {} }",
            "rdddy::E021: a method is either",
        ),
        ("impl A { #[on_stop] fn h(&mut self) -> u8 { 0 } }", "rdddy::E021: `h` runs at the end"),
        (
            "impl A { #[on_stop(now)] fn h(&mut self) {} }",
            "rdddy::E002: `#[on_stop]` has no options",
        ),
        (
            "impl A { #[on_stop] fn h(&mut self) {} #[on_stop] fn i(&mut self) {} }",
            "rdddy::E021: `#[on_stop]` already stands on `h`",
        ),
        (
            "impl A { #[on_start] fn h(&mut self, m: M) {} }",
            "rdddy::E021: a hook does not take a `M`",
        ),
        (
            "impl A { #[invariant(5)] fn h(&self) -> bool { true } }",
            "rdddy::E021: an invariant is named by a sentence",
        ),
        (
            "impl A { #[invariant] async fn h(&self) -> bool { true } }",
            "rdddy::E021: an invariant is a condition",
        ),
        (
            "impl Default for A { #[handler] fn h(&mut self, m: M) {} }",
            "rdddy::E019: `#[actor]` stands on the impl block of a type",
        ),
        (
            "impl (A, B) { #[handler] fn h(&mut self, m: M) {} }",
            "rdddy::E019: an actor is a struct or an enum",
        ),
        ("struct A;", "rdddy::E019: `#[actor]` stands on an impl block"),
        ("fn a() {}", "rdddy::E019: `#[actor]` stands on an impl block"),
    ] {
        let expanded = expand("", block);
        assert_mistakes(&expanded, &[expected]);
        assert_eq!(method_attributes(&expansion(&expanded).0), [""; 0], "{block}");
    }
}

#[test]
fn absurd_settings_are_refused() {
    for (args, expected) in [
        ("mailbox = 64", "rdddy::E002: a mailbox is `bounded(N)` or `unbounded`"),
        ("mailbox = bounded()", "rdddy::E002: a mailbox is"),
        ("mailbox = bounded(-1)", ""),
        ("mailbox = bounded(1073741825)", "rdddy::E002: a mailbox holds at most 1073741824"),
        ("mailbox", "rdddy::E002: `mailbox` is not written like this"),
        ("overflow = Fail", "rdddy::E002: `overflow` cannot be `Fail`; did you mean `fail`?"),
        ("backoff = \"1s\"", "rdddy::E002: `1s` is not a range of durations"),
        ("intensity(5)", "rdddy::E002: `intensity` says how many"),
        ("intensity(0, within = \"1s\")", "rdddy::E002: a supervisor that allows no restart"),
        ("intensity(5, within = \"0s\")", "rdddy::E002: `0s` is no time at all"),
        ("asks(5)", "rdddy::E002: `asks` is a list of messages"),
        ("name = \" \"", "rdddy::E002: the name of an actor is not empty"),
        ("critical = true", "rdddy::E002: `critical` is not written like this"),
        ("\"mailbox\"", "rdddy::E002: an option begins with its name"),
        ("mailbx = HashMap<u8, u8>, critical", "rdddy::E002: unknown option `mailbx`"),
    ] {
        let expected: &[&str] = if expected.is_empty() { &[] } else { &[expected] };
        assert_mistakes(&expand(args, "impl Counter {}"), expected);
    }
}

#[test]
fn a_capacity_that_is_a_constant_is_checked_by_the_compiler() {
    let expanded = expand("mailbox = bounded(limits::DESK / 2)", "impl Desk {}");
    let check = "const _: u32 = ::rdddy::__private::mailbox_capacity(limits::DESK / 2);";
    let used = "Capacity::Bounded(::rdddy::__private::mailbox_capacity(limits::DESK / 2))";
    assert_contains(&expanded, &[check, used]);
}

#[test]
fn a_body_that_is_being_typed_does_not_stop_the_macro() {
    let expanded = actor(
        TokenStream::new(),
        tokens("impl Counter { #[handler] fn add(&mut self, add: Add) { self. } }"),
    );
    assert_contains(
        &expanded,
        &["fn add(&mut self, add: Add) { self. }", "Handler<Add> for Counter"],
    );
}

#[test]
fn no_input_makes_the_macro_panic() {
    for item in [
        "",
        "impl",
        "impl Counter",
        "impl Counter { fn }",
        "impl Counter { #[handler] }",
        "{}",
        "#",
        "impl Counter { #[handler] fn add(&mut self, add: Add); }",
        "impl { }",
        "pub impl A {}",
        "impl Counter { #[handler(] = )] fn add(&mut self) {} }",
        "impl !Send for Counter {}",
        "impl Counter { #[handler = 5] fn add(&mut self, add: Add) {} }",
        "impl<T> T {}",
        "impl Counter { #![doc = \"inner\"] #[requires(,)] #[handler] fn a(&self, a: A) {} }",
    ] {
        let Ok(item) = item.parse() else { continue };
        let expanded = actor(tokens("= , x ( )"), item);
        assert!(expanded.to_string().contains("compile_error"), "{expanded}");
    }
}

#[test]
fn blocking_calls_are_found_where_they_block() {
    for (body, expected) in [
        ("std::thread::sleep(d);", ["std::thread::sleep"].as_slice()),
        ("::std::thread::sleep(d); thread::sleep(d);", &["std::thread::sleep"; 2]),
        ("if x { let t = std::fs::read_to_string(p)?; }", &["std::fs"]),
        ("Handle::current().block_on(f); futures::executor::block_on(f)", &["block_on"; 2]),
        ("vec![reqwest::blocking::get(u), 5]", &["reqwest::blocking"]),
        ("tokio::fs::read(p).await; tokio::time::sleep(d).await; my::thread::sleep(d)", &[]),
        ("spawn_blocking(|| std::fs::read(p)).await; std::thread::spawn(|| block_on(f));", &[]),
        ("use std::fs; fn block_on() {}", &[]),
    ] {
        let found = blocking::calls(&Group::new(Delimiter::Brace, tokens(body)));
        assert_eq!(found.iter().map(|call| call.text).collect::<Vec<_>>(), expected, "{body}");
    }
}
