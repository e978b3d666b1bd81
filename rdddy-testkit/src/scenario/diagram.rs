//! Who has said what to whom, as a Mermaid sequence diagram.

use std::collections::{BTreeMap, BTreeSet};

use super::happened::Happened;
use super::moment::{Asked, Mark, Moment, heard, since, who};
use super::written::short;

/// Who is not part of the system.
const SOMEBODY: &str = "Somebody";

/// What has happened since `mark`.
pub(super) fn draw(mark: Mark, happened: &Happened, asked: &Asked) -> String {
    let listeners = listeners(happened);
    let mut diagram = Diagram::default();
    let mut seen_inputs = BTreeSet::new();
    for moment in since(mark, happened, asked) {
        match moment {
            Moment::Command(nth) => {
                let Some(given) = happened.commands.get(nth) else { continue };
                let to = who(given.category, &given.key);
                let input = given.cause.and_then(|cause| Some((cause, asked.get(&cause)?.input?)));
                let by = giver(happened, nth).unwrap_or_else(|| SOMEBODY.to_owned());
                if let Some((id, input)) = input
                    && seen_inputs.insert(id)
                {
                    diagram.arrow(SOMEBODY, "->>", &by, short(input));
                }
                diagram.arrow(&by, "->>", &to, short(given.name));
                if let Some(why) = &given.failure {
                    diagram.arrow(&to, "--x", &by, &format!("rejected: {why}"));
                }
            }
            Moment::Event(at) => {
                let Some(stored) = happened.events.get(at) else { continue };
                let from = who(stored.stream.category(), stored.stream.key());
                let name = short(&stored.event.name);
                match listeners.get(&at) {
                    Some(listeners) => {
                        listeners.iter().for_each(|to| diagram.arrow(&from, "-->>", to, name));
                    }
                    None => diagram.note(&from, name),
                }
            }
            Moment::Turn { at, words } => {
                if let Some(stored) = happened.events.get(at) {
                    diagram.note(&who(stored.stream.category(), stored.stream.key()), &words);
                }
            }
        }
    }
    diagram.text()
}

/// The process that has given a command, with the key of a saga's instance.
fn giver(happened: &Happened, command: usize) -> Option<String> {
    let given = happened.commands.get(command)?;
    let process = given.process?;
    let instance = given.cause.and_then(|cause| {
        let mut heard_it = happened.events.iter().filter(|stored| heard(stored) == Some(cause));
        heard_it.find(|stored| stored.stream.category() == process)
    });
    Some(match instance {
        Some(stored) => who(process, stored.stream.key()),
        None => short(process).to_owned(),
    })
}

/// Who has heard which event, in the order in which they did.
fn listeners(happened: &Happened) -> BTreeMap<usize, Vec<String>> {
    let mut all: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut add = |event: Option<usize>, listener: String| {
        let Some(event) = event else { return };
        let listeners = all.entry(event).or_default();
        if !listeners.contains(&listener) {
            listeners.push(listener);
        }
    };
    for stored in &happened.events {
        let listener = || who(stored.stream.category(), stored.stream.key());
        let cause = stored.event.metadata.causation;
        if let Some(heard) = heard(stored) {
            add(happened.event(heard), listener());
        } else if let Some(cause) = cause.and_then(|cause| happened.event(cause))
            && !stored.event.name.starts_with("rdddy.")
        {
            // The result of a task.
            add(Some(cause), listener());
        }
    }
    for (nth, given) in happened.commands.iter().enumerate() {
        if let (Some(process), Some(cause)) = (giver(happened, nth), given.cause) {
            add(happened.event(cause), process);
        }
    }
    all
}

#[derive(Default)]
struct Diagram {
    /// In the order in which they appear.
    participants: Vec<String>,
    messages: String,
}

impl Diagram {
    fn participant(&mut self, name: &str) -> String {
        let known = self.participants.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            self.participants.push(name.to_owned());
            self.participants.len() - 1
        });
        format!("p{}", place + 1)
    }

    fn arrow(&mut self, from: &str, arrow: &str, to: &str, words: &str) {
        let (from, to) = (self.participant(from), self.participant(to));
        self.messages += &format!("    {from}{arrow}{to}: {}\n", escaped(words));
    }

    fn note(&mut self, over: &str, words: &str) {
        let over = self.participant(over);
        self.messages += &format!("    note over {over}: {}\n", escaped(words));
    }

    fn text(self) -> String {
        let participants = self.participants.iter().enumerate().map(|(place, name)| {
            let kind = if name == SOMEBODY { "actor" } else { "participant" };
            format!("    {kind} p{} as {}\n", place + 1, escaped(name))
        });
        let participants: String = participants.collect();
        format!("sequenceDiagram\n{participants}{}", self.messages)
    }
}

/// Text that does not end a line of the diagram.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for next in text.chars() {
        match next {
            '#' => escaped.push_str("#35;"),
            ';' => escaped.push_str("#59;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_on_its_line() {
        let mut diagram = Diagram::default();
        diagram.arrow(SOMEBODY, "->>", "Order #1;\n", "Place; this");
        diagram.note("Order #1;\n", "OrderPlaced");
        let expected = "sequenceDiagram\n    actor p1 as Somebody\n    participant p2 as Order #35;1#59; \n    \
                        p1->>p2: Place#59; this\n    note over p2: OrderPlaced\n";
        assert_eq!(diagram.text(), expected);
    }
}
