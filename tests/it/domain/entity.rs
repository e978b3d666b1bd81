//! An entity is who it is, whatever it holds.

use std::collections::HashSet;

use rdddy::prelude::*;

#[derive(Id)]
struct CustomerId(u64);

#[derive(Clone, Debug, Entity)]
struct Customer {
    #[id]
    id: CustomerId,
    name: &'static str,
}

#[derive(Debug, Entity)]
struct Tagged<T>(f64, #[id] T);

#[test]
fn entities_are_equal_by_their_id_alone() {
    let customer = |id, name| Customer { id: CustomerId::new(id), name };
    let before = customer(1, "Byron");
    assert_eq!(before, customer(1, "Lovelace"));
    assert_ne!(before, customer(2, "Byron"));
    assert_eq!(before.id(), &CustomerId::new(1));
    let found: HashSet<_> = [before.clone(), customer(1, "Lovelace")].into_iter().collect();
    assert_eq!(found.len(), 1);
    assert!(found.iter().all(|kept| kept.name == before.name));
    assert_eq!(Tagged(f64::NAN, 7), Tagged(1.0, 7));
    assert!(Tagged(f64::NAN, 7).0.is_nan() && *Tagged(1.0, 7).id() == 7);
}
