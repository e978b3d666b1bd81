//! Encoded messages that are not what they should be.

use rdddy::limits;
use rdddy::model::{DecodeError, Decoded};
use rdddy::prelude::*;
use rdddy::runtime::{PublishDecodedError, SendToError};
use rdddy_testkit::World;
use serde::{Deserialize, Serialize};

bounded_context!("payload");

#[derive(Command, Debug, Serialize, Deserialize)]
struct Book {
    room: u32,
    guest: String,
}

#[derive(Event, Debug, Serialize, Deserialize)]
#[event(version = 2)]
struct Booked {
    room: u32,
}

#[derive(Command, Debug)]
struct Internal;

#[derive(Query, Debug)]
#[query(reply = Vec<u32>)]
struct Rooms;

#[derive(Default)]
struct Hotel {
    rooms: Vec<u32>,
}

#[actor]
impl Hotel {
    #[handler]
    fn book(&mut self, cmd: Book) {
        assert!(!cmd.guest.is_empty());
        self.rooms.push(cmd.room);
    }

    #[handler]
    fn booked(&mut self, event: &Booked) {
        self.rooms.push(event.room);
    }

    #[handler]
    fn internal(&mut self, _: Internal) {}

    #[handler]
    fn rooms(&self, _: Rooms) -> Vec<u32> {
        self.rooms.clone()
    }
}

struct Nobody;

#[actor]
impl Nobody {}

fn decode(world: &World, name: &str, json: &str) -> Result<Decoded, DecodeError> {
    world.system().messages().decode_json(name, None, json.as_bytes())
}

const BOOK: &str = r#"{"room": 7, "guest": "Ada"}"#;

#[rdddy_testkit::test]
async fn a_decoded_command_reaches_its_handler(world: &mut World) {
    let hotel = world.spawn(Hotel::default()).await;
    let book = decode(world, "payload.Book", BOOK).unwrap();
    world.system().send_decoded(hotel.id(), book).unwrap();
    let booked = decode(world, "payload.Booked", r#"{"room": 8}"#).unwrap();
    world.system().publish_decoded(booked).await.unwrap();
    assert_eq!(hotel.ask(Rooms).await.unwrap(), [7, 8]);
    // It is recorded like any other event.
    world.events().expect::<Booked>().once();
}

#[rdddy_testkit::test]
async fn an_unknown_name_is_refused_with_near_matches(world: &mut World) {
    let error = decode(world, "payload.Bok", BOOK).unwrap_err();
    let DecodeError::UnknownName { name, near } = error else { panic!("{error:?}") };
    assert_eq!(name, "payload.Bok");
    assert!(near.contains(&"payload.Book".to_owned()), "{near:?}");
}

#[rdddy_testkit::test]
async fn a_wrong_version_is_refused_with_the_known_ones(world: &mut World) {
    let messages = world.system().messages();
    let error = messages.decode_json("payload.Booked", Some(1), b"{\"room\": 1}").unwrap_err();
    let DecodeError::WrongVersion { found, known, .. } = error else { panic!("{error:?}") };
    assert_eq!((found, known), (1, vec![2]));
    assert!(messages.decode_json("payload.Booked", Some(2), b"{\"room\": 1}").is_ok());
}

#[rdddy_testkit::test]
async fn a_malformed_payload_is_refused(world: &mut World) {
    for json in ["", "{", "null", "[]", r#"{"room": -1, "guest": ""}"#, r#"{"room": 7}"#, "\u{0}"] {
        let error = decode(world, "payload.Book", json).unwrap_err();
        assert!(matches!(error, DecodeError::Malformed { .. }), "{json:?}: {error:?}");
    }
    let deep = "[".repeat(100_000);
    let error = decode(world, "payload.Book", &deep).unwrap_err();
    assert!(matches!(error, DecodeError::Malformed { .. }), "{error:?}");
}

#[rdddy_testkit::test]
async fn ten_megabytes_are_not_looked_at(world: &mut World) {
    let huge = format!(r#"{{"room": 7, "guest": "{}"}}"#, "a".repeat(10 * 1024 * 1024));
    let error = decode(world, "payload.Book", &huge).unwrap_err();
    let DecodeError::TooLarge { size, limit } = error else { panic!("{error:?}") };
    assert_eq!((size, limit), (huge.len(), limits::ENCODED_MESSAGE_MAX));
    let error = world.system().messages().decode_document_json(huge.as_bytes()).unwrap_err();
    assert!(matches!(error, DecodeError::TooLarge { .. }), "{error:?}");
}

#[rdddy_testkit::test]
async fn a_type_without_a_codec_is_not_decoded(world: &mut World) {
    let error = decode(world, "payload.Internal", "null").unwrap_err();
    assert!(matches!(error, DecodeError::NotDecodable { .. }), "{error:?}");
}

#[rdddy_testkit::test]
async fn a_command_cannot_be_published_though_it_was_decoded(world: &mut World) {
    let book = decode(world, "payload.Book", BOOK).unwrap();
    let refused = world.system().publish_decoded(book).await.unwrap_err();
    assert_eq!(refused, PublishDecodedError::NotAnEvent { name: "payload.Book" });
}

#[rdddy_testkit::test]
async fn a_decoded_message_comes_back_from_whoever_does_not_take_it(world: &mut World) {
    let nobody = world.spawn(Nobody).await;
    let book = decode(world, "payload.Book", BOOK).unwrap();
    let refused = world.system().send_decoded(nobody.id(), book).unwrap_err();
    let SendToError::Unhandled(message) = refused else { panic!("{refused:?}") };
    assert_eq!(message.downcast::<Book>().unwrap().guest, "Ada");
    let unhandled = |event: &SystemEvent| {
        matches!(
            event,
            SystemEvent::Unhandled { message, actor }
                if message == "payload.Book" && actor.id == nobody.id()
        )
    };
    world.events().expect::<SystemEvent>().matching(unhandled).once();

    nobody.stop();
    nobody.stopped().await;
    let book = decode(world, "payload.Book", BOOK).unwrap();
    let refused = world.system().send_decoded(nobody.id(), book).unwrap_err();
    assert!(matches!(refused, SendToError::NoSuchActor(_)), "{refused:?}");
}
