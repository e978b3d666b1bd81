use rdddy::message::Message;
use rdddy::prelude::*;

bounded_context!("sales");

mod shipping {
    rdddy::bounded_context!("shipping");

    pub mod parcels {
        #[derive(rdddy::Event)]
        pub struct Sent;
    }
}

#[derive(Event)]
struct Sold;

fn main() {
    assert_eq!(Sold::name(), "sales.Sold");
    assert_eq!(shipping::parcels::Sent::name(), "shipping.Sent");
}
