//! What is seen, and when it is to be rendered again.

use std::time::Duration;

use rdddy::prelude::*;
use rdddy::store::MemoryStore;
use rdddy::view::{Mounted, RenderError};
use rdddy_testkit::World;

use super::page::{Returns, ReturnsPage, Sold, SoldPage};
use crate::projection::shop::{sell, take_back};

fn shop(world: &mut World) -> ActorSystem {
    world.configure(|system| {
        system.store(MemoryStore::new()).projection::<Sold>().projection::<Returns>()
    });
    world.system().clone()
}

/// Whether the view is to be rendered again, once nothing happens any more.
async fn has_changed<V: View>(world: &mut World, page: &Mounted<V>) -> bool {
    world.settle().await;
    let mut changed = Box::pin(page.changed());
    std::future::poll_fn(|cx| std::task::Poll::Ready(changed.as_mut().poll(cx).is_ready())).await
}

#[rdddy_testkit::test]
async fn a_view_changes_with_what_it_looked_at_and_with_nothing_else(world: &mut World) {
    let system = shop(world);
    let (emma, returns) = (system.mount(SoldPage("emma")), system.mount(ReturnsPage));
    assert!(!has_changed(world, &emma).await, "it has looked at nothing");
    assert_eq!(emma.render().await.unwrap(), 0);
    assert_eq!(returns.render().await.unwrap(), "0 came back");
    assert!(!has_changed(world, &emma).await && !has_changed(world, &returns).await);

    system.execute(sell("emma", 2)).await.unwrap();
    assert!(has_changed(world, &emma).await);
    assert_eq!(emma.render().await.unwrap(), 2);
    assert!(!has_changed(world, &emma).await);

    let back = system.execute(take_back("emma", 1)).await.unwrap();
    assert!(!has_changed(world, &emma).await, "returns are not on that page");
    assert!(has_changed(world, &returns).await);
    assert_eq!(returns.render_after(&back.position).await.unwrap(), "1 came back");
}

#[rdddy_testkit::test]
async fn a_view_changes_when_other_rows_take_the_place_of_those_it_showed(world: &mut World) {
    let system = shop(world);
    system.execute(sell("emma", 2)).await.unwrap();
    world.settle().await;
    let emma = system.mount(SoldPage("emma"));
    assert_eq!(emma.render().await.unwrap(), 2);
    let sold = system.projection::<Sold>().unwrap();
    sold.rebuild().await.unwrap();
    world.advance(Duration::from_secs(60)).await;
    assert!(has_changed(world, &emma).await);
    assert_eq!(emma.render().await.unwrap(), 2);
    system.execute(sell("emma", 3)).await.unwrap();
    assert!(has_changed(world, &emma).await);
    assert_eq!(emma.render().await.unwrap(), 5);
}

#[rdddy_testkit::explore(seeds = 100)]
async fn who_renders_whenever_it_changes_sees_everything_in_the_end(world: &mut World) {
    let system = shop(world);
    let emma = std::sync::Arc::new(system.mount(SoldPage("emma")));
    let (seen, told) = std::sync::mpsc::channel();
    let looking = std::sync::Arc::clone(&emma);
    system.run(async move {
        // An error is the end of the system.
        while let Ok(sold) = looking.render().await {
            let _ = seen.send(sold);
            looking.changed().await;
        }
    });
    for copies in 1..=4 {
        system.execute(sell("emma", copies)).await.unwrap();
    }
    world.settle().await;
    let all: Vec<u32> = told.try_iter().collect();
    assert!(all.is_sorted() && all.last() == Some(&10), "{all:?}");
}

#[rdddy_testkit::test]
async fn a_view_that_fails_says_why_and_may_succeed_when_something_changes(world: &mut World) {
    let system = shop(world);
    let emma = system.mount(SoldPage("emma"));
    let sold = system.execute(sell("emma", 13)).await.unwrap();
    system.projection::<Sold>().unwrap().wait_for(&sold.position).await;
    let error = emma.render().await.unwrap_err();
    assert!(
        matches!(&error, RenderError::Failed { source, .. } if source.to_string() == "unlucky")
    );
    assert!(error.to_string().ends_with(".SoldPage` cannot be shown"), "{error}");
    assert!(!has_changed(world, &emma).await);
    system.execute(sell("emma", 987)).await.unwrap();
    assert!(has_changed(world, &emma).await);
    let error = emma.render().await.unwrap_err();
    assert!(matches!(&error, RenderError::Panicked { panic, .. } if panic.contains("too many")));
}

#[rdddy_testkit::test]
async fn a_view_of_what_the_system_does_not_run_says_so(world: &mut World) {
    world.configure(|system| system.store(MemoryStore::new()));
    let error = world.system().mount(SoldPage("emma")).render().await.unwrap_err();
    let RenderError::Failed { source, .. } = error else { panic!("{error}") };
    assert!(source.to_string().contains("does not run the projection"), "{source}");
}
