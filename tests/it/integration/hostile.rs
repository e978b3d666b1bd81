//! Events that nobody in their right mind would send.

use rdddy::prelude::*;
use rdddy::process::{CloudEvent, Inbox, ReceiveError};
use rdddy::store::MemoryStore;
use serde_json::{Value, json};

use super::shop::{CopiesSold, sold};
use super::taken::of_emma;

const TEXTS: [&str; 14] = [
    "",
    " ",
    "\u{0}",
    "\n",
    "'; drop table rdddy_events; --",
    "../../etc/passwd",
    "\u{202e}",
    "\u{feff}",
    "💥",
    "a b",
    "%00",
    "${jndi:ldap://x}",
    "<script>",
    "\u{7f}",
];

#[tokio::test]
async fn strange_attributes_are_refused_or_taken_as_text_and_nothing_breaks() {
    let store = MemoryStore::new();
    let builder = ActorSystem::builder().store(store.reopen());
    let system = builder.inbox(Inbox::new().accepts::<CopiesSold>()).start().await.unwrap();
    let inbox = system.inbox().unwrap();
    let long = "x".repeat(300);
    let mut taken = 0;
    for text in TEXTS.into_iter().chain([&*long]) {
        for field in 0..4 {
            let mut event = of_emma("1");
            let place = match field {
                0 => &mut event.id,
                1 => &mut event.source,
                2 => &mut event.event_type,
                _ => &mut event.specversion,
            };
            text.clone_into(place);
            match inbox.receive(event).await {
                Ok(_) => taken += 1,
                Err(error) => assert!(error.is_lasting(), "{text:?}: {error}"),
            }
        }
    }
    assert_eq!(sold(&store).await.len(), taken, "each is another one");
    assert!(taken > 10, "{taken}");
}

#[tokio::test]
async fn strange_data_is_refused_and_kept() {
    let store = MemoryStore::new();
    let builder = ActorSystem::builder().store(store.reopen());
    let system = builder.inbox(Inbox::new().accepts::<CopiesSold>()).start().await.unwrap();
    let inbox = system.inbox().unwrap();
    let strange = [
        Value::Null,
        json!([]),
        json!("emma"),
        json!(-1),
        json!({}),
        json!({ "isbn": 7, "copies": 1 }),
        json!({ "isbn": "emma", "copies": -1 }),
        json!({ "isbn": "emma", "copies": 4_294_967_296_u64 }),
        json!({ "isbn": "emma", "copies": 1.5 }),
        json!({ "isbn": "x".repeat(100_000), "copies": 1 }),
    ];
    for (nth, data) in strange.iter().enumerate() {
        let event = CloudEvent { data: Some(data.clone()), ..of_emma(&nth.to_string()) };
        let error = inbox.receive(event).await.unwrap_err();
        assert!(matches!(error, ReceiveError::Malformed { .. }), "{data}: {error}");
    }
    for (nth, schema) in [json!("two"), json!(-1), json!(2), json!(u64::MAX)].iter().enumerate() {
        let mut event = of_emma(&format!("v{nth}"));
        event.extensions.insert("rdddyschema".to_owned(), schema.clone());
        let error = inbox.receive(event).await.unwrap_err();
        assert!(matches!(error, ReceiveError::Malformed { .. }), "{schema}: {error}");
    }
    let mut binary = of_emma("b");
    binary.extensions.insert("data_base64".to_owned(), json!("aGk="));
    let xml = CloudEvent { datacontenttype: Some("text/xml".to_owned()), ..of_emma("x") };
    for event in [binary, xml] {
        assert!(matches!(inbox.receive(event).await, Err(ReceiveError::Invalid(_))));
    }
    assert_eq!(inbox.dead_letters().await.unwrap().len(), strange.len() + 4);
    assert!(sold(&store).await.is_empty());
}

/// From the specification: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>.
#[test]
fn the_examples_of_the_specification_are_read_and_written_again() {
    let json = json!({
        "specversion": "1.0",
        "type": "com.example.someevent",
        "source": "/mycontext",
        "subject": null,
        "id": "C234-1234-1234",
        "time": "2018-04-05T17:31:00Z",
        "comexampleextension1": "value",
        "comexampleothervalue": 5,
        "datacontenttype": "application/vnd.apache.thrift.binary",
        "data_base64": "... base64 encoded string ..."
    });
    let event: CloudEvent = serde_json::from_value(json).unwrap();
    assert_eq!(event.extensions["comexampleothervalue"], 5);
    assert!(event.check().is_err(), "binary data is not taken");
    let json = json!({
        "specversion": "1.0",
        "type": "com.example.someevent",
        "source": "/mycontext",
        "id": "C234-1234-1234",
        "time": "2018-04-05T17:31:00Z",
        "comexampleextension1": "value",
        "datacontenttype": "application/json",
        "data": { "appinfoA": "abc", "appinfoB": 123, "appinfoC": true }
    });
    let event: CloudEvent = serde_json::from_value(json.clone()).unwrap();
    event.check().unwrap();
    assert_eq!(serde_json::to_value(&event).unwrap(), json);
}
