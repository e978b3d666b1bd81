//! <https://dcb.events/examples/dynamic-product-price/>: a shopper pays the price that was shown, for a
//! while after it changes.

use std::time::Duration;

use rdddy::host::{Boundary, Fold};
use rdddy::message::Timestamp;
use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

use super::{over, tag};

bounded_context!("shop");

const GRACE: Duration = Duration::from_secs(600);

#[derive(Event, Serialize, Deserialize, Debug)]
struct PriceSet {
    #[tag]
    product: u32,
    price: u32,
}

#[derive(Event, Serialize, Deserialize, Debug)]
struct ProductsOrdered {
    items: Vec<(u32, u32)>,
}

#[derive(thiserror::Error, Debug, PartialEq, Eq)]
#[error("the price of product {0} is not valid any more")]
struct OldPrice(u32);

/// The prices of a product, and when each was set.
fn prices(product: u32) -> Fold<Vec<(u32, Timestamp)>> {
    Fold::new(Vec::new())
        .on_at(|prices: &mut Vec<_>, event: &PriceSet, at| prices.push((event.price, at)))
        .about(tag("product", product))
}

fn is_valid(prices: &[(u32, Timestamp)], shown: u32, now: Timestamp) -> bool {
    let replaced = prices.iter().skip(1).map(|(_, at)| now.0 - at.0 <= GRACE).chain([true]);
    prices.iter().zip(replaced).any(|((price, _), valid)| valid && *price == shown)
}

async fn order(boundary: &Boundary, items: &[(u32, u32)]) -> Option<OldPrice> {
    let model: Vec<_> = items.iter().map(|(product, _)| prices(*product)).collect();
    let decided = boundary.decide(&model, |prices, cx| {
        let wrong = items
            .iter()
            .zip(prices)
            .find(|((_, shown), prices)| !is_valid(prices, *shown, cx.now()));
        match wrong {
            Some(((product, _), _)) => Err(OldPrice(*product)),
            None => Ok(ProductsOrdered { items: items.to_vec() }),
        }
    });
    decided.await.err().map(|error| error.refusal().unwrap())
}

#[rdddy_testkit::test]
async fn a_price_is_valid_for_a_while_after_it_changed(world: &mut World) {
    let boundary = over(world, &MemoryStore::new());
    let set = async |product, price| {
        let set = boundary.decide(&(), move |(), _| Ok::<_, OldPrice>(PriceSet { product, price }));
        set.await.unwrap();
    };
    set(1, 100).await;
    set(2, 50).await;
    assert_eq!(order(&boundary, &[(1, 100), (2, 50)]).await, None);
    assert_eq!(order(&boundary, &[(1, 100), (2, 49)]).await, Some(OldPrice(2)));
    set(1, 120).await;
    assert_eq!(order(&boundary, &[(1, 100)]).await, None);
    assert_eq!(order(&boundary, &[(1, 120)]).await, None);
    world.advance(GRACE + Duration::from_secs(1)).await;
    assert_eq!(order(&boundary, &[(1, 100)]).await, Some(OldPrice(1)));
    assert_eq!(order(&boundary, &[(1, 120), (2, 50)]).await, None);
}
