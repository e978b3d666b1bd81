//! Whatever is read, the answer is a message or a typed error.

use proptest::prelude::*;

use super::*;
use crate::model::Registry;

fn registry() -> Registry {
    let mut registry = Registry::new();
    for entry in [PLACE_ORDER, PLACE_ORDER_V1, OPEN_ORDERS, CANCEL_ORDER] {
        registry.add(entry).unwrap();
    }
    registry
}

/// Names: real ones, nearly real ones, and any others.
fn a_name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("sales.PlaceOrder".to_owned()),
        Just("sales.CancelOrder".to_owned()),
        "sales\\.[PO][a-zA-Z]{0,12}",
        any::<String>(),
    ]
}

prop_compose! {
    fn an_order()(
        order in any::<u128>(),
        note in any::<Option<String>>(),
        lines in prop::collection::vec((any::<String>(), any::<u32>()), 0..5),
    ) -> PlaceOrder {
        let lines = lines.into_iter().map(|(isbn, quantity)| Line { isbn, quantity }).collect();
        PlaceOrder { order, note, lines }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(order in an_order()) {
        let registry = registry();
        let alone = registry.encode_json(&order).unwrap();
        let alone = registry.decode_json("sales.PlaceOrder", None, &alone).unwrap();
        prop_assert_eq!(&alone.downcast::<PlaceOrder>().unwrap(), &order);
        let document = registry.encode_document_json(&order).unwrap();
        let document = registry.decode_document_json(&document).unwrap();
        prop_assert_eq!(&document.downcast::<PlaceOrder>().unwrap(), &order);
    }

    #[test]
    fn only_a_registered_name_is_read(
        name in a_name(),
        version in any::<Option<u32>>(),
        bytes in any::<Vec<u8>>(),
    ) {
        let registry = registry();
        if let Ok(decoded) = registry.decode_json(&name, version, &bytes) {
            prop_assert_eq!((decoded.entry().name)(), name);
        }
    }

    #[test]
    fn any_bytes_and_any_cut_document_are_answered(
        bytes in any::<Vec<u8>>(),
        order in an_order(),
        cut in any::<prop::sample::Index>(),
    ) {
        let registry = registry();
        prop_assert!(registry.decode_document_json(&bytes).is_err());
        let mut document = registry.encode_document_json(&order).unwrap();
        document.truncate(cut.index(document.len()));
        prop_assert!(registry.decode_document_json(&document).is_err());
    }

    #[test]
    fn a_changed_document_is_read_or_refused(
        order in an_order(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let registry = registry();
        let mut document = registry.encode_document_json(&order).unwrap();
        let at = at.index(document.len());
        document[at] = byte;
        if let Ok(decoded) = registry.decode_document_json(&document) {
            let written = registry.encode_document_json(&decoded.into_message()).unwrap();
            prop_assert!(registry.decode_document_json(&written).is_ok());
        }
    }
}

#[cfg(feature = "yaml")]
proptest! {
    #[test]
    fn any_yaml_is_answered(bytes in any::<Vec<u8>>(), text in "[a:&*\\[\\]{},!|>'\" \n-]{0,60}") {
        let registry = registry();
        for bytes in [&bytes[..], text.as_bytes()] {
            prop_assert!(registry.decode_document_yaml(bytes).is_err());
            prop_assert!(registry.decode_yaml("sales.PlaceOrder", None, bytes).is_err());
        }
    }

    #[test]
    fn json_is_read_as_yaml(number in any::<u64>(), isbn in "[a-z]{0,20}") {
        let lines = vec![Line { isbn, quantity: 1 }];
        let order = PlaceOrder { order: number.into(), note: None, lines };
        let registry = registry();
        let document = registry.encode_document_json(&order).unwrap();
        let decoded = registry.decode_document_yaml(&document).unwrap();
        prop_assert_eq!(decoded.downcast::<PlaceOrder>().unwrap(), order);
    }
}
