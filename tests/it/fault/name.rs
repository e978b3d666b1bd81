//! Names that are taken, and lookups of what is not there.

use rdddy::prelude::*;
use rdddy::runtime::{LookupError, SpawnError};
use rdddy_testkit::World;

bounded_context!("name");

#[derive(Command, Debug)]
struct Nod;

struct Clerk;

#[actor]
impl Clerk {
    #[handler]
    fn nod(&mut self, _: Nod) {}
}

struct Guard;

#[actor]
impl Guard {
    #[handler]
    fn nod(&mut self, _: SharedNod) {}
}

#[derive(Command, Debug)]
struct SharedNod;

#[rdddy_testkit::test]
async fn a_name_can_be_taken_only_once(world: &mut World) {
    let system = world.system();
    let first = system.spawn_named("desk-1", Clerk).await.unwrap();
    let refused = system.spawn_named("desk-1", Guard).await.unwrap_err();
    assert_eq!(refused, SpawnError::NameTaken { name: "desk-1".to_owned() });
    assert_eq!(system.lookup::<Clerk>("desk-1").unwrap(), first);
    assert_eq!(system.actors().len(), 1);
}

#[rdddy_testkit::test]
async fn a_name_is_free_again_when_its_actor_has_ended(world: &mut World) {
    let system = world.system();
    let first = system.spawn_named("desk-1", Clerk).await.unwrap();
    first.stop();
    first.stopped().await;
    let second = system.spawn_named("desk-1", Clerk).await.unwrap();
    assert_ne!(second.id(), first.id());
    assert_eq!(system.lookup::<Clerk>("desk-1").unwrap(), second);
}

struct Stillborn;

#[actor]
impl Stillborn {
    #[on_start]
    fn fail(&mut self) -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }
}

#[rdddy_testkit::test]
async fn a_name_is_free_again_when_its_actor_did_not_start(world: &mut World) {
    let system = world.system();
    system.spawn_named("desk-1", Stillborn).await.unwrap_err();
    system.spawn_named("desk-1", Clerk).await.unwrap();
}

#[rdddy_testkit::test]
async fn a_lookup_says_what_is_not_there(world: &mut World) {
    let system = world.system();
    let clerk = system.spawn_named("desk-1", Clerk).await.unwrap();
    let no_name = LookupError::NoSuchName { name: "desk-2".to_owned() };
    assert_eq!(system.lookup_any("desk-2").unwrap_err(), no_name);
    let wrong = LookupError::WrongType { expected: "Guard", found: "Clerk" };
    assert_eq!(system.lookup::<Guard>("desk-1").unwrap_err(), wrong);
    let made_up = ActorId::from_u64(u64::MAX);
    assert_eq!(system.actor(made_up).unwrap_err(), LookupError::NoSuchActor { id: made_up });
    clerk.stop();
    clerk.stopped().await;
    assert_eq!(system.actor(clerk.id()).unwrap_err(), LookupError::NoSuchActor { id: clerk.id() });
}
