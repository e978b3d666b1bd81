//! The message derives.

use super::{Derive, derive};
use crate::support::testing::{
    assert_contains, assert_mistakes, assert_same, expansion, implemented, tokens,
};

#[test]
fn a_command_becomes_glue_and_an_entry() {
    let expanded = derive(
        Derive::Command,
        tokens(
            "#[command(reply = u64, error = Refused, context = \"sales\", shared)] struct Place;",
        ),
    );
    assert_same(
        &expanded,
        r#"const _: () = {
            #[automatically_derived]
            impl ::rdddy::__private::Sealed for Place {}
            #[automatically_derived]
            impl ::rdddy::__private::Message for Place {
                const KIND: ::rdddy::__private::Kind = ::rdddy::__private::Kind::Command;
                const VERSION: u32 = 1u32;

                fn name() -> &'static str {
                    static NAME: ::rdddy::__private::MessageName =
                        ::rdddy::__private::MessageName::new(
                            ::core::module_path!(),
                            "Place",
                            ::core::option::Option::Some("sales")
                        );
                    NAME.get()
                }
            }
            #[automatically_derived]
            impl ::rdddy::__private::Request for Place {
                type Reply = u64;
                type Error = Refused;
            }
            #[automatically_derived]
            impl ::rdddy::__private::Command for Place {
                const SHARED: bool = true;
            }
            ::rdddy::__private::inventory::submit! {
                ::rdddy::__private::MessageEntry::command::<Place>(
                    ::rdddy::__private::SourceLocation {
                        file: ::core::file!(), line: ::core::line!()
                    }
                ).with_codec(|| {
                    use ::rdddy::__private::{WithCodec as _, WithoutCodec as _};
                    (&::rdddy::__private::CodecProbe::<Place>::new()).codec()
                })
            }
        };"#,
    );
}

#[test]
fn a_generic_message_is_bounded_and_has_no_entry() {
    let expanded = derive(Derive::Event, tokens("struct Put<T: Clone, const N: usize>([T; N]);"));
    let bound =
        "Event for Put<T, N> where T: ::core::marker::Send + ::core::marker::Sync + 'static";
    assert_contains(&expanded, &[bound]);
    assert!(!expanded.to_string().contains("submit"), "{expanded}");
}

#[test]
fn a_type_with_a_mistake_is_a_message_all_the_same() {
    for (kind, item, mistakes) in [
        (Derive::Query, "struct Total;", ["rdddy::E018"].as_slice()),
        (Derive::Query, "#[query(reply)] struct Total;", &["rdddy::E002", "rdddy::E018"]),
        (Derive::Event, "union Placed { a: u32 }", &["rdddy::E022: an event is a struct or"]),
        (Derive::Command, "struct Place<'a>(&'a str);", &["rdddy::E022: a command owns"]),
        (Derive::Event, "#[event(version = 0)] struct A;", &["rdddy::E022: versions"]),
        (Derive::Event, "#[event(version = 5_000_000_000)] struct A;", &["rdddy::E022: versions"]),
        (
            Derive::Event,
            "#[event(name = \"\", context = \"a b\")] struct A;",
            &[
                "rdddy::E022: the name of a message is not empty",
                "rdddy::E022: the name of a bounded context is made of",
            ],
        ),
        (Derive::Event, "#[event(ui, external)] struct A;", &["rdddy::E002: an event has one"]),
        (
            Derive::Event,
            "#[event(reply = u8, ui, ui)] #[event] struct A;",
            &["rdddy::E002: unknown option `reply`", "rdddy::E002: `ui` is given twice"],
        ),
        (Derive::Event, "#[event = \"ui\"] struct A;", &["rdddy::E002: unknown option `event`"]),
        (Derive::Event, "struct A(#[tag] #[key] u8);", &["rdddy::E022", "rdddy::E022"]),
        (Derive::Command, "enum A { B(#[key] u8), C { #[key] d: u8 } }", &["rdddy::E022"]),
    ] {
        let expanded = derive(kind, tokens(item));
        assert_mistakes(&expanded, mistakes);
        let traits = implemented(&expansion(&expanded).0);
        assert!(traits.contains(&"Message".to_owned()), "{item}: {traits:?}");
    }
}

#[test]
fn options_may_stand_in_several_attributes() {
    let expanded = derive(
        Derive::Query,
        tokens("#[query(reply = Map<u8, u8>)] #[query(crate = other::ddd,)] struct Total;"),
    );
    assert_mistakes(&expanded, &[]);
    assert_contains(
        &expanded,
        &["type Reply = Map<u8, u8>;", "other::ddd::__private::Query for Total"],
    );
}
