//! Messages, names and times as a person reads them.

use std::any::Any;
use std::fmt::Debug;
use std::time::Duration;

use rdddy_core::message::Message;
use rdddy_core::runtime::ActorSystem;

use crate::limits;

/// The name without its bounded context.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A message, as JSON says it where it can be written, as `Debug` does otherwise.
pub(super) fn message<M: Message + Any + Debug>(system: &ActorSystem, message: &M) -> String {
    match system.messages().encode_json(message) {
        Ok(json) => event(M::name(), &json),
        Err(_) => cut(format!("{message:?}")),
    }
}

/// An event of this name, as it is stored.
pub(super) fn event(name: &str, json: &[u8]) -> String {
    let content = relaxed(&String::from_utf8_lossy(json));
    match content.as_str() {
        "{}" | "null" => short(name).to_owned(),
        content if content.starts_with('{') => cut(format!("{} {content}", short(name))),
        content => cut(format!("{}({content})", short(name))),
    }
}

fn cut(mut text: String) -> String {
    let end = text.floor_char_boundary(limits::REPORTED_EVENT_BYTES);
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// JSON with room between its parts, and names without quotes.
fn relaxed(json: &str) -> String {
    let mut text = String::new();
    let mut rest = json.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '"' => {
                let mut string = String::from('"');
                let mut escaped = false;
                for next in rest.by_ref() {
                    string.push(next);
                    if next == '"' && !escaped {
                        break;
                    }
                    escaped = next == '\\' && !escaped;
                }
                let is_name = rest.peek() == Some(&':');
                text.push_str(if is_name { string.trim_matches('"') } else { &string });
            }
            '{' if rest.peek() != Some(&'}') => text.push_str("{ "),
            '}' if !text.ends_with('{') => text.push_str(" }"),
            ':' | ',' => text.extend([next, ' ']),
            other => text.push(other),
        }
    }
    text
}

/// Text that Markdown shows as it is.
pub(super) fn span(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A duration in the largest unit that leaves nothing over.
pub(super) fn duration(duration: Duration) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = duration.as_secs();
    let whole = duration.subsec_nanos() == 0 && seconds > 0;
    match units.iter().find(|(length, _)| whole && seconds.is_multiple_of(*length)) {
        Some((length, unit)) if seconds == *length => format!("1 {unit}"),
        Some((length, unit)) => format!("{} {unit}s", seconds / length),
        None => format!("{duration:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_a_person_would() {
        let event = |json: &str| event("sales.OrderPlaced", json.as_bytes());
        let json = r#"{"order":7,"lines":[{"isbn":"a\"b: {c}","of":{}}],"note":null}"#;
        let text =
            r#"OrderPlaced { order: 7, lines: [{ isbn: "a\"b: {c}", of: {} }], note: null }"#;
        assert_eq!(event(json), text);
        assert_eq!(
            event(r#"{"path":"c:\\","last":"}"}"#),
            r#"OrderPlaced { path: "c:\\", last: "}" }"#
        );
        assert_eq!((event("{}"), event("null")), ("OrderPlaced".into(), "OrderPlaced".into()));
        assert_eq!(
            (event("7"), event("[7,8]")),
            ("OrderPlaced(7)".into(), "OrderPlaced([7, 8])".into())
        );
    }

    #[test]
    fn times_are_in_the_largest_whole_unit() {
        let text = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!([text(1), text(90), text(900)], ["1 second", "90 seconds", "15 minutes"]);
        assert_eq!([text(3_600), text(172_800)], ["1 hour", "2 days"]);
        assert_eq!(duration(Duration::from_millis(1_500)), "1.5s");
        assert_eq!(duration(Duration::ZERO), "0ns");
    }
}
