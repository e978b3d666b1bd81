//! What has happened, in lines for people.

use std::collections::BTreeMap;
use std::time::Duration;

use rdddy_core::message::MessageId;
use rdddy_core::store::StoredEvent;

use super::happened::{Happened, is_of_domain};
use super::moment::{Asked, Mark, Moment, since, who};
use super::written::{event, short};
use crate::log::Given;

/// One thing that has happened.
pub(super) struct Line {
    /// By which it is referred to.
    pub(super) nth: Option<usize>,
    /// Since the first.
    pub(super) after: Option<Duration>,
    pub(super) who: String,
    pub(super) what: String,
    /// The command, who has given it, and because of what; may be empty.
    pub(super) because: String,
}

/// Writes lines.
pub(super) struct Lines<'a> {
    happened: &'a Happened,
    mark: Mark,
    asked: &'a Asked,
    /// The numbers of the events since the mark.
    numbers: BTreeMap<usize, usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(happened: &'a Happened, mark: Mark, asked: &'a Asked) -> Self {
        let events = happened.events.iter().enumerate().skip(mark.events);
        let places = events.filter(|(_, stored)| is_of_domain(stored)).map(|(place, _)| place);
        Lines { happened, mark, asked, numbers: places.zip(1..).collect() }
    }

    /// What has happened since the mark.
    pub(super) fn all(&self) -> Vec<Line> {
        let line = |moment| match moment {
            Moment::Command(nth) => self.rejected(self.happened.commands.get(nth)?),
            Moment::Event(at) => Some(self.event(at, self.happened.events.get(at)?)),
            Moment::Turn { at, words } => Some(self.turn(self.happened.events.get(at)?, words)),
        };
        since(self.mark, self.happened, self.asked).into_iter().filter_map(line).collect()
    }

    pub(super) fn event(&self, at: usize, stored: &StoredEvent) -> Line {
        let because = match self.happened.command_of(stored) {
            Some(nth) => self.happened.commands.get(nth).map(|given| self.command(given)),
            None => stored.event.metadata.causation.and_then(|cause| self.reference(cause)),
        };
        Line {
            nth: self.numbers.get(&at).copied(),
            what: event(&stored.event.name, &stored.event.data),
            because: because.unwrap_or_default(),
            ..self.turn(stored, String::new())
        }
    }

    fn turn(&self, stored: &StoredEvent, what: String) -> Line {
        let first = self.happened.events.get(self.mark.events);
        let begin = first.map_or(Duration::ZERO, |first| first.recorded_at.0);
        Line {
            nth: None,
            after: Some(stored.recorded_at.0.saturating_sub(begin)),
            who: who(stored.stream.category(), stored.stream.key()),
            what,
            because: String::new(),
        }
    }

    /// The line of a command that came to nothing.
    fn rejected(&self, given: &Given) -> Option<Line> {
        let why = given.failure.as_ref()?;
        Some(Line {
            nth: None,
            after: None,
            who: who(given.category, &given.key),
            what: format!("rejects {}: {why}", short(given.name)),
            because: self.command(given),
        })
    }

    fn command(&self, given: &Given) -> String {
        let by = given.process.map(|process| format!("by {}", short(process)));
        let cause = given.cause.and_then(|cause| self.reference(cause));
        let words = std::iter::once(short(given.name).to_owned()).chain(by).chain(cause);
        words.collect::<Vec<_>>().join(" ")
    }

    fn reference(&self, id: MessageId) -> Option<String> {
        if let Some(input) = self.asked.get(&id).and_then(|asked| asked.input) {
            return Some(format!("on {}", short(input)));
        }
        let place = self.happened.event(id)?;
        Some(match self.numbers.get(&place) {
            Some(number) => format!("on #{number}"),
            None => {
                format!("on an earlier {}", short(&self.happened.events.get(place)?.event.name))
            }
        })
    }
}

/// Lines as text.
pub(super) fn text(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "  nothing".to_owned();
    }
    let line = |line: &Line| {
        let nth = line.nth.map_or_else(String::new, |nth| format!("#{nth}"));
        let mut text = format!("  {nth:<4} {}: {}", line.who, line.what);
        if !line.because.is_empty() {
            text.extend(["\n         because of ", &line.because]);
        }
        text
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
