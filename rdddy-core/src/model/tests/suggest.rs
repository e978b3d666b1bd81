use crate::model::suggest::near;

const KNOWN: &[&str] = &["sales.PlaceOrder", "sales.CancelOrder", "inventory.StockOf", "a.B"];

#[track_caller]
fn check(name: &str, expected: &[&str]) {
    assert_eq!(near(name, KNOWN.iter().copied()), expected, "near `{name}`");
}

#[test]
fn a_slip_of_the_pen_is_recognized() {
    check("sales.PlaceOrdr", &["sales.PlaceOrder"]);
    check("sales.PlaecOrder", &["sales.PlaceOrder"]);
    check("sale.PlaceOrders", &["sales.PlaceOrder"]);
    check("SALES.PLACEORDER", &["sales.PlaceOrder"]);
}

#[test]
fn a_missing_or_wrong_context_is_recognized() {
    check("StockOf", &["inventory.StockOf"]);
    check("warehouse.StockOf", &["inventory.StockOf"]);
}

#[test]
fn what_is_not_alike_is_not_suggested() {
    check("billing.SendInvoice", &[]);
    check("", &[]);
    check("x.Y", &[]);
    check(".", &[]);
}

#[test]
fn the_nearest_comes_first_and_only_a_few_are_named() {
    let known = ["a.Counted4", "a.Counted3", "b.Counted1", "a.Counted1", "a.Counted2"];
    assert_eq!(near("a.Counted1", known), ["a.Counted1", "a.Counted2", "a.Counted3"]);
}
