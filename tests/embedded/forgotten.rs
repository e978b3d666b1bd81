//! People who are forgotten, with real keys: they are everywhere, and then nowhere.

use std::sync::Arc;

use rdddy::host::{Facts, Fold};
use rdddy::message::{Message, MessageId};
use rdddy::prelude::*;
use rdddy::store::{EventDecoder, EventQuery, EventStore, Position, Subscribe};
use rdddy::{EmbeddedKeys, EmbeddedStore};
use serde::{Deserialize, Serialize};

use super::Folder;

type Name = Personal<String>;

#[derive(Clone, Command)]
#[command(reply = Name)]
struct Enrol {
    #[key]
    course: u64,
    name: Name,
}

#[derive(Clone, Command)]
struct Invite {
    #[key]
    guests: u64,
    name: Name,
}

#[derive(Deserialize, Event, Serialize)]
struct Enrolled {
    #[tag]
    student: String,
    name: Name,
}

#[derive(Deserialize, Event, Serialize)]
struct Invited {
    name: Name,
}

/// Folded from events and snapshots.
#[derive(Default, Deserialize, Serialize)]
struct Course {
    names: Vec<Name>,
}

#[aggregate(id = u64, snapshot(every = 2))]
impl Course {
    #[handler]
    fn enrol(&self, enrol: Enrol) -> Decided<Self, Name> {
        let (student, name) = (enrol.name.subject().to_owned(), enrol.name);
        Decided::<Self, ()>::event(Enrolled { student, name: name.clone() }).reply(name)
    }

    #[apply]
    fn enrolled(&mut self, event: &Enrolled) {
        self.names.push(event.name.clone());
    }
}

/// Read from its state.
#[derive(Default, Deserialize, Serialize)]
struct Guests {
    names: Vec<Name>,
}

#[aggregate(id = u64, stored = state)]
impl Guests {
    #[handler]
    fn invite(&self, invite: Invite) -> Invited {
        Invited { name: invite.name }
    }

    #[apply]
    fn invited(&mut self, event: &Invited) {
        self.names.push(event.name.clone());
    }
}

const PEOPLE: [(&str, &str); 3] =
    [("ada", "Ada Lovelace"), ("emmy", "Emmy Noether"), ("mary", "Mary Somerville")];

fn without_name() -> Name {
    Personal::new("nobody", String::new())
}

fn shown(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.value().map_or("-", String::as_str).to_owned()).collect()
}

struct School {
    system: ActorSystem,
    keys: Arc<EmbeddedKeys>,
}

impl School {
    async fn open(folder: &Folder) -> Self {
        let keys = Arc::new(EmbeddedKeys::open(folder.file("keys.db")).unwrap());
        let store = EmbeddedStore::open(folder.file("school.db")).unwrap();
        let builder = ActorSystem::builder().store(store).keys(keys.clone());
        School { system: builder.start().await.unwrap(), keys }
    }

    /// What each way of reading finds, which is the same for all.
    async fn names(&self) -> Vec<String> {
        let courses = self.system.repository::<Course>().unwrap();
        let folded = shown(&courses.load(&1).await.unwrap().state.names);
        let mut told = Vec::new();
        let mut history = courses.history(&1).unwrap();
        while let Some(past) = history.next().await.unwrap() {
            told.push(past.happened().downcast::<Enrolled>().unwrap().name.clone());
        }
        assert_eq!(shown(&told), folded, "the history");
        assert_eq!(shown(&self.subscribed(told.len()).await), folded, "a subscription");
        assert_eq!(shown(&self.decided().await), folded, "a decision across streams");
        assert_eq!(self.guests().await, folded, "a stored state");
        for (nth, name) in (0..PEOPLE.len()).zip(&folded) {
            assert_eq!(shown(&[self.answer(nth).await]), [name.as_str()], "a stored answer");
        }
        folded
    }

    async fn guests(&self) -> Vec<String> {
        let guests = self.system.repository::<Guests>().unwrap();
        shown(&guests.load(&1).await.unwrap().state.names)
    }

    async fn subscribed(&self, count: usize) -> Vec<Name> {
        let store: Arc<dyn EventStore> = self.system.store().unwrap();
        let mut events = store.subscribe(EventQuery::category("embedded.Course"), Position::START);
        let decoder = EventDecoder::<Enrolled>::new()
            .event(Enrolled::name(), 1, |json| serde_json::from_slice(json));
        let keys = Arc::clone(&self.keys) as Arc<dyn KeyStore>;
        let mut names = Vec::new();
        for _ in 0..count {
            let stored = events.next().await.unwrap();
            let read = || decoder.decode(&stored.event).unwrap();
            names.push(rdddy::domain::with_keys(Some(&keys), read).name);
        }
        names
    }

    async fn decided(&self) -> Vec<Name> {
        let all = Fold::new(Vec::new())
            .on(|names: &mut Vec<Name>, event: &Enrolled| names.push(event.name.clone()));
        let decided = self.system.decide(&all, |names, _| {
            Ok::<_, std::convert::Infallible>(Facts::none().reply(names.clone()))
        });
        decided.await.unwrap().reply
    }

    /// The answer to the command that is known by this number; the first time it is carried out.
    async fn answer(&self, nth: usize) -> Name {
        let (subject, name) = PEOPLE[nth];
        let enrol = Enrol { course: 1, name: Personal::new(subject, name.to_owned()) };
        self.system.execute_as(MessageId(nth as u128 + 1), enrol).await.unwrap().reply
    }
}

#[tokio::test]
async fn who_is_forgotten_is_forgotten_everywhere() {
    let folder = Folder::new("forgotten");
    let school = School::open(&folder).await;
    for (nth, (subject, name)) in PEOPLE.into_iter().enumerate() {
        school.answer(nth).await;
        let name = Personal::new(subject, name.to_owned());
        school.system.execute(Invite { guests: 1, name }).await.unwrap();
    }
    assert_eq!(school.names().await, PEOPLE.map(|(_, name)| name));
    assert!(school.keys.forget("emmy").unwrap());
    let without_emmy = ["Ada Lovelace", "-", "Mary Somerville"];
    assert_eq!(school.names().await, without_emmy);
    // Her name is still in the memory of both aggregates, which write their states again.
    school.system.execute(Invite { guests: 1, name: without_name() }).await.unwrap();
    let enrol = Enrol { course: 1, name: without_name() };
    school.system.execute(enrol).await.unwrap();
    assert_eq!(school.guests().await, ["Ada Lovelace", "-", "Mary Somerville", ""]);
    school.system.shutdown().await;
    drop(school);

    let school = School::open(&folder).await;
    let again = ["Ada Lovelace", "-", "Mary Somerville", ""];
    assert_eq!(school.names().await, again);
    // She comes back. What was forgotten stays so, also in a state that is written again.
    let name = Personal::new("emmy", "E. Noether".to_owned());
    school.system.execute(Invite { guests: 1, name }).await.unwrap();
    assert_eq!(school.guests().await, [again.as_slice(), &["E. Noether"]].concat());
    school.system.shutdown().await;
    drop(school);
    for entry in std::fs::read_dir(folder.file("")).unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        let named = |name: &str| content.windows(name.len()).any(|part| part == name.as_bytes());
        assert!(!named("Lovelace") && !named("Noether"), "a name can be read in a file");
    }
}
