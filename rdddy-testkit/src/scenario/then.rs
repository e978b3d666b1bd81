//! What should have happened.

use std::any::Any;
use std::fmt::{Debug, Display};

use rdddy_core::domain::{Aggregate, with_keys};
use rdddy_core::message::{Event, Query};
use rdddy_core::process::{Projection, Saga, SagaState};
use rdddy_core::store::{EventDecoder, StoredEvent};
use rdddy_core::view::View;
use serde::de::DeserializeOwned;

use super::Scenario;
use super::happened::is_of_domain;
use super::lines::{Line, text};
use super::moment::who;
use super::story::Part;
use super::written::{event, message, short, span};

#[expect(clippy::panic, reason = "a failed expectation fails the test")]
impl Scenario<'_> {
    /// An `E` has happened since the last `when`, which no `then` has asked for yet. Returns it.
    ///
    /// # Panics
    ///
    /// When it has not, with what has.
    #[track_caller]
    pub fn then<E: Event + DeserializeOwned>(&mut self) -> E {
        self.find("", |_: &E| true)
    }

    /// An `E` that is as `matches` says has happened since the last `when`, which no `then` has asked
    /// for yet. Returns it.
    ///
    /// # Panics
    ///
    /// When it has not, with what has.
    #[track_caller]
    pub fn then_matching<E: Event + DeserializeOwned>(
        &mut self,
        matches: impl Fn(&E) -> bool,
    ) -> E {
        self.find(" that matches", matches)
    }

    /// No `E` has happened since the last `when`.
    ///
    /// # Panics
    ///
    /// When one has.
    #[track_caller]
    pub fn then_no<E: Event>(&mut self) {
        let found =
            self.events_since().into_iter().find(|(_, stored)| *stored.event.name == *E::name());
        if let Some((_, stored)) = found {
            let found = event(&stored.event.name, &stored.event.data);
            self.fail(&format!("expected no {}, and there is {found}", short(E::name())));
        }
        self.tell(format!("no {}", span(short(E::name()))));
    }

    /// Nothing has happened since the last `when` but what a `then` has asked for.
    ///
    /// # Panics
    ///
    /// When something has.
    #[track_caller]
    pub fn then_nothing_else(&mut self) {
        let others = self.events_since().into_iter().filter(|(nth, _)| !self.claimed.contains(nth));
        let others: Vec<_> = others
            .map(|(_, stored)| format!("\n  {}", event(&stored.event.name, &stored.event.data)))
            .collect();
        if !others.is_empty() {
            self.fail(&format!("expected nothing else, and there is{}", others.concat()));
        }
        self.tell("nothing else".to_owned());
    }

    /// The last command was rejected with `error`.
    ///
    /// # Panics
    ///
    /// When it was carried out, or rejected with another error.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "written in place")]
    pub fn then_rejects<E: PartialEq + Debug + Display + 'static>(&mut self, error: E) {
        let Some(rejection) = self.story.borrow_mut().rejection.take() else {
            self.fail(&format!("expected a rejection: {error}, and there is none"));
        };
        let same = match rejection.error.as_deref().map(<dyn Any>::downcast_ref::<E>) {
            Some(found) => found == Some(&error),
            // What a view has done is known by what the error says.
            None => rejection.text == error.to_string(),
        };
        if !same {
            let (command, found) = (short(rejection.command), rejection.text);
            self.fail(&format!("expected {command} to be rejected: {error}\nit was: {found}"));
        }
        self.tell(format!("{} is rejected: {error}", span(short(rejection.command))));
    }

    /// The aggregate `id` is as `holds` says, and `words` say for people: `then_state::<Shelf>(&isbn,
    /// "has 12 copies", |shelf| shelf.copies == 12)`.
    ///
    /// # Panics
    ///
    /// When it is not, or cannot be loaded.
    #[track_caller]
    pub fn then_state<A: Aggregate>(
        &mut self,
        id: &A::Id,
        words: &str,
        holds: impl Fn(&A) -> bool,
    ) {
        let who = who(A::category(), &id.to_string());
        let keys = self.durable.system().keys();
        let loaded = crate::at_once::at_once(self.durable.load::<A>(id, keys));
        match loaded {
            Some(Ok(state)) if holds(&state) => self.tell(format!("{who} {words}")),
            Some(Ok(_)) => self.fail(&format!("expected that {who} {words}, and it is not so")),
            Some(Err(error)) => self.fail(&format!("{who} cannot be loaded: {error}")),
            None => self.fail(&format!("{who} cannot be loaded: the store does not answer")),
        }
    }

    /// The projection that answers `query` answers `answer`.
    ///
    /// # Panics
    ///
    /// When it answers something else, or not at all.
    pub async fn then_answers<Q>(&mut self, query: Q, answer: Q::Reply)
    where
        Q: Query + Clone + Debug,
        Q::Reply: PartialEq + Debug,
    {
        let asked = message(self.durable.system(), &query);
        let found = self.durable.ask(async |system| system.query(query.clone()).await).await;
        match found {
            Ok(found) if found == answer => {
                self.tell(format!(
                    "{} is answered: {}",
                    span(&asked),
                    span(&format!("{answer:?}"))
                ));
            }
            Ok(found) => self
                .fail(&format!("expected {asked} to be answered: {answer:?}\nit was: {found:?}")),
            Err(error) => self.fail(&format!("{asked} is not answered: {error}")),
        }
    }

    /// The row `key` of a projection is as `holds` says, and `words` say for people; `None` where there
    /// is no such row.
    ///
    /// # Panics
    ///
    /// When it is not, or the rows cannot be read.
    pub async fn then_row<P: Projection>(
        &mut self,
        key: &P::Key,
        words: &str,
        holds: impl Fn(Option<&P>) -> bool,
    ) where
        P::Key: Display,
    {
        let who = who(P::name(), &key.to_string());
        let row = self.durable.ask(async |system| match system.projection::<P>() {
            Ok(projection) => projection.get(key).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        });
        match row.await {
            Ok(row) if holds(row.as_ref()) => self.tell(format!("{who} {words}")),
            Ok(_) => self.fail(&format!("expected that {who} {words}, and it is not so")),
            Err(error) => self.fail(&format!("{who} cannot be read: {error}")),
        }
    }

    /// The instance `key` of a saga is in `state`.
    ///
    /// # Panics
    ///
    /// When it is in another, or there is none.
    pub async fn then_saga<S: Saga>(&mut self, key: impl Display, state: SagaState) {
        let key = key.to_string();
        let who = who(S::name(), &key);
        let found = self.durable.ask(async |system| match system.saga::<S>() {
            Some(saga) => saga.show(&key).await.map_err(|error| error.to_string()),
            None => Err("the system does not run it".to_owned()),
        });
        match found.await {
            Ok(Some(found)) if found.state == state => {
                self.tell(format!("{who} is {}", words(state)));
            }
            Ok(Some(found)) => {
                let why = found.why.map_or_else(String::new, |why| format!(": {why}"));
                let (expected, found) = (words(state), words(found.state));
                self.fail(&format!("expected that {who} is {expected}, and it is {found}{why}"));
            }
            Ok(None) => {
                self.fail(&format!("expected that {who} is {}, and there is none", words(state)));
            }
            Err(error) => self.fail(&format!("{who} cannot be read: {error}")),
        }
    }

    /// Whoever looks at `view` sees what `holds` says, and `words` say for people.
    ///
    /// # Panics
    ///
    /// When they do not, or it cannot be rendered.
    pub async fn then_shows<V: View + Clone>(
        &mut self,
        view: &V,
        words: &str,
        holds: impl Fn(&V::Rendered) -> bool,
    ) {
        let name = short(V::name());
        let seen = self.durable.ask(async |system| {
            let seen = system.mount(view.clone()).render().await;
            seen.map(|seen| holds(&seen)).map_err(|error| error.to_string())
        });
        match seen.await {
            Ok(true) => self.tell(format!("{name} shows {words}")),
            Ok(false) => self.fail(&format!("expected {name} to show {words}, and it does not")),
            Err(error) => self.fail(&format!("{name} cannot be rendered: {error}")),
        }
    }

    #[track_caller]
    fn find<E: Event + DeserializeOwned>(
        &mut self,
        condition: &str,
        matches: impl Fn(&E) -> bool,
    ) -> E {
        let decoder = EventDecoder::new()
            .event(E::name(), E::VERSION, |json| serde_json::from_slice::<E>(json));
        let keys = self.durable.system().keys();
        let mut near = Vec::new();
        for (nth, stored) in self.events_since() {
            if *stored.event.name != *E::name() {
                continue;
            }
            let decoded = with_keys(keys.as_ref(), || decoder.decode(&stored.event));
            match decoded {
                Ok(found) if matches(&found) && self.claimed.insert(nth) => {
                    self.tell(span(&event(&stored.event.name, &stored.event.data)));
                    return found;
                }
                Ok(_) if self.claimed.contains(&nth) => near.push((stored, "asked for before")),
                Ok(_) => near.push((stored, "not as expected")),
                Err(_) => near.push((stored, "cannot be read")),
            }
        }
        let name = short(E::name());
        let near = near.iter().map(|(stored, why)| {
            format!("\n  {}: {why}", event(&stored.event.name, &stored.event.data))
        });
        let near: Vec<_> = near.collect();
        let there_is = if near.is_empty() { "there is none" } else { "there is" };
        self.fail(&format!("expected {name}{condition}, and {there_is}{}", near.concat()))
    }

    /// The events of the domain since the last `when`, by their places.
    fn events_since(&self) -> Vec<(usize, StoredEvent)> {
        let events = self.happened().events.into_iter().enumerate().skip(self.mark.events);
        events.filter(|(_, stored)| is_of_domain(stored)).collect()
    }

    fn tell(&mut self, line: String) {
        self.story.borrow_mut().tell(Part::Then, line);
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let story = self.story.borrow();
        let lines: Vec<Line> = story.lines(self.mark);
        let rejected = story.rejection.as_ref().map(|rejection| {
            format!("\n{} was rejected: {}", short(rejection.command), rejection.text)
        });
        panic!("{what}{}\nwhat has happened:\n{}", rejected.unwrap_or_default(), text(&lines));
    }
}

fn words(state: SagaState) -> &'static str {
    match state {
        SagaState::Running => "running",
        SagaState::Compensating => "compensating",
        SagaState::NeedsOperator => "waiting for an operator",
        SagaState::Completed => "completed",
        SagaState::Compensated => "compensated",
        SagaState::GivenUp => "given up",
        _ => "in another state",
    }
}
