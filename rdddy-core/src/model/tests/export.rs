use super::*;

#[test]
fn the_map_is_exported_as_json() {
    assert_eq!(bookstore().to_json(), include_str!("bookstore.json"));
}

#[test]
fn the_map_is_drawn_as_mermaid() {
    assert_eq!(bookstore().to_mermaid(), include_str!("bookstore.mmd"));
}

#[test]
fn the_order_of_entries_does_not_matter() {
    let reversed = [PLACE_ORDER_V1, PLACE_ORDER, OPEN_ORDERS, CANCEL_ORDER, ORDER_PLACED]
        .into_iter()
        .chain([ORDER_EXPORTED, STOCK_OF, STARTED])
        .fold(DomainMap::new().with_actor(ORDER_DESK).with_actor(STOCK), DomainMap::with_message);
    assert_eq!(reversed.to_json(), bookstore().to_json());
    assert_eq!(reversed.to_mermaid(), bookstore().to_mermaid());
}

#[test]
fn a_message_of_another_crate_is_drawn_where_it_is_used() {
    let map = DomainMap::new().with_actor(STOCK);
    let drawn = map.to_mermaid();
    assert!(drawn.contains("m_sales_OrderPlaced --> a_bookstore__inventory__Stock\n"), "{drawn}");
    assert!(drawn.contains("m_sales_OrderPlaced([\"OrderPlaced\"])\n"), "{drawn}");
}

#[test]
fn a_name_can_not_break_the_drawing() {
    let odd = |name, line| ActorEntry::new(name, "bookstore::sales", &[], &[], sales(line));
    let drawn = DomainMap::new()
        .with_actor(odd("a\"]\nb", 1))
        .with_actor(odd("a_.]b", 2))
        .with_actor(odd("a<b>", 3))
        .to_mermaid();
    assert_eq!(
        drawn,
        "flowchart LR\n    subgraph c_sales[\"sales\"]\n        \
         a_bookstore__sales__a___b[[\"a#34;] b\"]]\n        \
         a_bookstore__sales__a_b_[[\"a#60;b#62;\"]]\n        \
         a_bookstore__sales__a___b_[[\"a_.]b\"]]\n    end\n"
    );
}
