//! Typed ids: one text for each, and new ones from a source only.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rdddy::domain::Sample;
use rdddy::prelude::*;
use rdddy_testkit::SequentialIds;

#[derive(Id)]
pub struct OrderId(u128);

#[derive(Id)]
struct CustomerId(u64);

#[derive(Id)]
struct Sku(String);

fn is_an_id<I: Id>(id: &I) -> String {
    id.to_string()
}

#[test]
fn an_id_is_made_and_read() {
    let order = OrderId::new(0x0123_4567_89ab_cdef);
    assert_eq!(is_an_id(&order), "00000000-0000-0000-0123-456789abcdef");
    assert_eq!(format!("{order:?}"), "OrderId(00000000-0000-0000-0123-456789abcdef)");
    assert_eq!(format!("{:?}", Sku::new("a").unwrap()), "Sku(\"a\")");
    assert_eq!(u128::from(order), order.value());
    assert_eq!(Sku::new(""), Err(IdError::Empty));
    assert_eq!("a\n".parse::<Sku>(), Err(IdError::Control { at: 1 }));
    assert!(Sku::try_from("x".repeat(256)).is_err());
    assert_eq!("007".parse::<CustomerId>(), Err(IdError::NotANumber));
    assert!(serde_json::from_str::<Sku>("\"\"").is_err());
    assert!(serde_json::from_str::<OrderId>("1").is_err());
    let stock: BTreeMap<Sku, u8> = [(Sku::new("a").unwrap(), 1)].into();
    assert_eq!(serde_json::to_string(&stock).unwrap(), r#"{"a":1}"#);
}

#[test]
fn new_ids_come_from_a_source() {
    let source = SequentialIds::default();
    let dynamic: &dyn IdSource = &source;
    assert_eq!(OrderId::generate(dynamic), OrderId::new(1));
    assert_eq!(OrderId::generate(&source), OrderId::new(2));
}

#[test]
fn ids_are_drawn_in_tests() {
    let mut dice = |bound: u64| bound - 1;
    assert!(!Sku::edges(&[]).is_empty());
    assert!(Sku::edges(&[]).iter().all(|sku| Sku::new(sku.value()).is_ok()));
    assert!(OrderId::draw(&[], &mut dice).is_some() && CustomerId::draw(&[], &mut dice).is_some());
}

proptest! {
    #[test]
    fn an_id_is_the_same_after_a_journey(bits: u128, number: u64, text in "\\PC{1,40}") {
        fn travels<I: Id + serde::Serialize + serde::de::DeserializeOwned>(id: &I) {
            let written = serde_json::to_string(id).unwrap();
            assert_eq!(&serde_json::from_str::<I>(&written).unwrap(), id);
            assert_eq!(&id.to_string().parse::<I>().unwrap(), id);
        }
        travels(&OrderId::new(bits));
        travels(&CustomerId::new(number));
        travels(&Sku::new(text).unwrap());
        let (a, b) = (OrderId::new(bits), OrderId::new(number.into()));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()), "texts sort as ids do");
    }
}
