use std::error::Error as _;

use super::*;
use crate::limits::{ENCODED_MESSAGE_MAX, MESSAGE_NAME_MAX};
use crate::model::{AnyMessage, DecodeError, EncodeError, Registry, RegistryError};

fn registry() -> Registry {
    let mut registry = Registry::new();
    for entry in [PLACE_ORDER, PLACE_ORDER_V1, OPEN_ORDERS, CANCEL_ORDER] {
        registry.add(entry).unwrap();
    }
    registry
}

fn an_order() -> PlaceOrder {
    let lines = vec![Line { isbn: "978-3-16-148410-0".to_owned(), quantity: 3 }];
    PlaceOrder { order: u128::MAX, note: Some("ring \"twice\"".to_owned()), lines }
}

#[test]
fn what_is_linked_is_registered() {
    let registry = Registry::linked().unwrap();
    assert_eq!(registry.entry("sales.PlaceOrder", None).unwrap().location, sales(10));
}

#[test]
fn two_types_of_one_name_and_version_are_refused_with_both_places() {
    let mut registry = registry();
    let error = registry.add(MessageEntry::query::<AnotherOpenOrders>(sales(99))).unwrap_err();
    let (first, second) = (sales(30), sales(99));
    let taken = RegistryError::NameTaken { name: "sales.OpenOrders", version: 1, first, second };
    assert_eq!(error, taken);
    assert!(error.to_string().contains("src/sales.rs:30 and src/sales.rs:99"), "{error}");

    let error = registry.register::<AnotherOpenOrders>().unwrap_err();
    assert!(error.to_string().contains("tests/registry.rs:"), "{error}");
    registry
        .decode_json("sales.OpenOrders", None, b"null")
        .unwrap()
        .downcast::<OpenOrders>()
        .unwrap();
}

#[test]
fn a_type_can_be_registered_again() {
    let mut registry = registry();
    registry.add(PLACE_ORDER).unwrap().register::<PlaceOrder>().unwrap();
    assert_eq!(registry.entries().count(), 4);
    assert_eq!(registry.entry("sales.PlaceOrder", Some(2)).unwrap().location, sales(10));
}

#[test]
fn a_type_registered_by_hand_is_read_and_written() {
    let mut registry = Registry::new();
    registry.register::<OpenOrders>().unwrap();
    let bytes = registry.encode_document_json(&OpenOrders).unwrap();
    assert!(registry.decode_document_json(&bytes).unwrap().is::<OpenOrders>());
}

#[test]
fn a_message_is_read_by_its_name() {
    let registry = registry();
    let bytes = registry.encode_json(&an_order()).unwrap();
    let decoded = registry.decode_json("sales.PlaceOrder", Some(2), &bytes).unwrap();
    assert_eq!(decoded.entry().location, sales(10));
    let decoded = decoded.downcast::<OpenOrders>().unwrap_err();
    assert_eq!(decoded.downcast::<PlaceOrder>().unwrap(), an_order());
}

#[test]
fn a_document_names_its_own_message() {
    let registry = registry();
    let boxed: AnyMessage = Box::new(an_order());
    let bytes = registry.encode_document_json(&boxed).unwrap();
    assert!(bytes.starts_with(br#"{"message":"sales.PlaceOrder","version":2,"data":{"#));
    let decoded = registry.decode_document_json(&bytes).unwrap();
    assert_eq!(decoded.downcast::<PlaceOrder>().unwrap(), an_order());
}

#[test]
fn without_a_version_a_message_is_of_the_newest_and_the_order_of_fields_is_free() {
    let registry = registry();
    let newest = br#"{"data": {"order": 1, "lines": []}, "message": "sales.PlaceOrder"}"#;
    assert!(registry.decode_document_json(newest).unwrap().is::<PlaceOrder>());
    let old = br#"{"version": 1, "data": {"order": 1}, "message": "sales.PlaceOrder"}"#;
    assert!(registry.decode_document_json(old).unwrap().is::<PlaceOrderV1>());
    let null = br#"{"message": "sales.OpenOrders", "version": null, "data": null}"#;
    assert!(registry.decode_document_json(null).unwrap().is::<OpenOrders>());
}

#[test]
fn an_unknown_name_is_answered_with_near_ones() {
    let error = registry().decode_json("sales.PlaceOrdr", None, b"{}").unwrap_err();
    assert!(
        matches!(&error, DecodeError::UnknownName { near, .. } if near == &["sales.PlaceOrder"])
    );
    assert_eq!(
        error.to_string(),
        "no message is registered as `sales.PlaceOrdr`; did you mean `sales.PlaceOrder`?"
    );
    let error = registry().decode_json("std::process::Command", None, b"{}").unwrap_err();
    assert_eq!(error.to_string(), "no message is registered as `std::process::Command`");
}

#[test]
fn an_error_does_not_repeat_a_name_of_any_length() {
    let text = format!(r#"{{"message": "{}", "data": null}}"#, "ä".repeat(1_000_000));
    let error = registry().decode_document_json(text.as_bytes()).unwrap_err();
    assert!(matches!(&error, DecodeError::UnknownName { name, near }
            if name.len() <= MESSAGE_NAME_MAX + '…'.len_utf8() && near.is_empty()));
}

#[test]
fn an_unknown_version_is_answered_with_the_known_ones() {
    let error = registry().decode_json("sales.PlaceOrder", Some(3), b"{}").unwrap_err();
    assert!(
        matches!(&error, DecodeError::WrongVersion { found: 3, known, .. } if known == &[1, 2])
    );
    assert_eq!(error.to_string(), "`sales.PlaceOrder` has no version 3, only 1, 2");
    let document = br#"{"message": "sales.PlaceOrder", "version": 0, "data": {}}"#;
    let error = registry().decode_document_json(document).unwrap_err();
    assert!(matches!(error, DecodeError::WrongVersion { found: 0, .. }), "{error}");
}

#[test]
fn a_type_without_serde_says_which_derives_to_add() {
    let error = registry().decode_json("sales.CancelOrder", None, b"{}").unwrap_err();
    assert!(matches!(&error, DecodeError::NotDecodable { name } if name == "sales.CancelOrder"));
    assert!(error.to_string().contains("#[derive(serde::Serialize, serde::Deserialize)]"));
    let error = registry().encode_json(&CancelOrder).unwrap_err();
    assert!(matches!(error, EncodeError::NotEncodable { name: "sales.CancelOrder" }), "{error}");
}

#[test]
fn a_type_that_is_not_registered_is_not_written() {
    let error = registry().encode_json(&AnotherOpenOrders).unwrap_err();
    assert!(matches!(error, EncodeError::NotRegistered), "{error}");
}

#[test]
fn malformed_data_is_refused_with_its_place_in_the_text() {
    let text = b"{\"message\": \"sales.PlaceOrder\",\n\"data\": {\"order\": -1}}";
    let error = registry().decode_document_json(text).unwrap_err();
    assert!(matches!(&error, DecodeError::Malformed { name, .. } if name == "sales.PlaceOrder"));
    assert!(error.source().unwrap().to_string().contains("line 2 column"), "{error:?}");
    for text in [&b"{"[..], b"", b"[]", b"{\"order\":1,\"lines\":[]} {}", b"\xff"] {
        let error = registry().decode_json("sales.PlaceOrder", None, text).unwrap_err();
        assert!(matches!(error, DecodeError::Malformed { .. }), "{error}");
    }
    let deep = "[".repeat(1_000_000);
    let error = registry().decode_json("sales.PlaceOrder", None, deep.as_bytes()).unwrap_err();
    assert!(matches!(error, DecodeError::Malformed { .. }), "{error}");
}

#[test]
fn a_document_has_exactly_its_three_fields() {
    for text in [
        "",
        "null",
        "{}",
        r#"{"message": "sales.OpenOrders"}"#,
        r#"{"data": null}"#,
        r#"{"message": 1, "data": null}"#,
        r#"{"message": "sales.OpenOrders", "version": -1, "data": null}"#,
        r#"{"message": "sales.OpenOrders", "verson": 1, "data": null}"#,
        r#"{"message": "sales.OpenOrders", "message": "sales.PlaceOrder", "data": null}"#,
        r#"{"message": "sales.OpenOrders", "data": null} trailing"#,
    ] {
        let error = registry().decode_document_json(text.as_bytes()).unwrap_err();
        assert!(matches!(error, DecodeError::NotADocument { .. }), "{text}: {error}");
        assert!(error.source().is_some());
    }
}

#[test]
fn ten_megabytes_are_refused_unread() {
    let text = vec![b'{'; 10 * 1024 * 1024];
    let refusals = [
        registry().decode_json("sales.PlaceOrder", None, &text).unwrap_err(),
        registry().decode_json("sales.NoSuchThing", None, &text).unwrap_err(),
        registry().decode_document_json(&text).unwrap_err(),
    ];
    for error in refusals {
        assert!(
            matches!(error, DecodeError::TooLarge { size: 10_485_760, limit: ENCODED_MESSAGE_MAX }),
            "{error}"
        );
    }
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let order = PlaceOrder { note: Some("x".repeat(ENCODED_MESSAGE_MAX)), ..an_order() };
    let error = registry().encode_json(&order).unwrap_err();
    assert!(matches!(error, EncodeError::TooLarge { name: "sales.PlaceOrder", .. }), "{error}");
}

#[cfg(feature = "yaml")]
mod yaml {
    use super::*;

    #[test]
    fn a_message_is_read_from_yaml() {
        let text = b"order: 7\nlines:\n  - {isbn: no, quantity: 2}\n";
        let decoded = registry().decode_yaml("sales.PlaceOrder", None, text).unwrap();
        let lines = vec![Line { isbn: "no".to_owned(), quantity: 2 }];
        let order = decoded.downcast::<PlaceOrder>().unwrap();
        assert_eq!(order, PlaceOrder { order: 7, note: None, lines });
    }

    #[test]
    fn a_yaml_document_names_its_own_message() {
        let text = b"message: sales.PlaceOrder\nversion: 1\ndata:\n  order: 7\n";
        let decoded = registry().decode_document_yaml(text).unwrap();
        assert_eq!(decoded.downcast::<PlaceOrderV1>().unwrap(), PlaceOrderV1 { order: 7 });
    }

    #[test]
    fn an_alias_is_expanded() {
        let text = b"order: 7\nlines:\n  - &line {isbn: x, quantity: 2}\n  - *line\n";
        let decoded = registry().decode_yaml("sales.PlaceOrder", None, text).unwrap();
        assert_eq!(decoded.downcast::<PlaceOrder>().unwrap().lines.len(), 2);
    }

    #[test]
    fn a_text_that_expands_itself_without_end_is_refused() {
        let line = format!("&line {{isbn: {}, quantity: 2}}", "x".repeat(100_000));
        let repeated = format!("order: 7\nlines: [{line}{}]\n", ", *line".repeat(200));
        let mut nested = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (inner, outer) in ('a'..'h').zip('b'..='h') {
            let inners = vec![format!("*{inner}"); 9].join(", ");
            nested.push_str(&format!("{outer}: &{outer} [{inners}]\n"));
        }
        for text in [repeated, nested] {
            let name = "sales.PlaceOrder";
            let error = registry().decode_yaml(name, None, text.as_bytes()).unwrap_err();
            assert!(matches!(error, DecodeError::Malformed { .. }), "{error}");
            let reason = error.source().unwrap().to_string();
            assert!(reason.len() < 200 && reason.contains("budget"), "{reason}");
        }
    }

    #[test]
    fn malformed_yaml_is_refused() {
        for text in [&b"\xff"[..], b"- a\nb", b"order: 1\n---\norder: 2\n", b"*x", b"!!python/x []"]
        {
            let error = registry().decode_yaml("sales.PlaceOrder", None, text).unwrap_err();
            assert!(matches!(error, DecodeError::Malformed { .. }), "{error}");
            let error = registry().decode_document_yaml(text).unwrap_err();
            assert!(matches!(error, DecodeError::NotADocument { .. }), "{error}");
        }
        let text = vec![b' '; 10 * 1024 * 1024];
        let error = registry().decode_yaml("sales.PlaceOrder", None, &text).unwrap_err();
        assert!(matches!(error, DecodeError::TooLarge { .. }), "{error}");
    }
}
