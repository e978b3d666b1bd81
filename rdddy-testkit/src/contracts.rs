//! The shapes of all events, in a file that is committed: a shape that changes by accident fails a
//! test, because what is stored in the old shape has to be read for ever.
//!
//! ```no_run
//! #[test]
//! fn stored_events_keep_their_shape() {
//!     rdddy_testkit::contracts::check(concat!(env!("CARGO_MANIFEST_DIR"), "/rdddy.contracts"));
//! }
//! ```
//!
//! When a change is meant, give the event its next version and an `#[upcast]`, and run the test once
//! with `RDDDY_BLESS=1`. The line of the old version stays in the file.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use rdddy_core::message::Kind;
use rdddy_core::model::{MessageEntry, Registry};

const HEAD: &str = "# The shapes of all events that may be stored, each version once.\n\
                    # Checked by a test; after a change that is meant: RDDDY_BLESS=1 cargo test\n";

/// Compares the events that the linker has collected with the file at `path`; writes the file when the
/// environment says `RDDDY_BLESS=1`.
///
/// A shape is what the declaration shows: the names of the fields and their types, as they are
/// written. What a type of a field is made of is not seen.
///
/// # Panics
///
/// When an event has another shape than its line says, or none, with the lines that differ; when two
/// events have one name; and when the file cannot be read or written.
#[track_caller]
#[expect(clippy::panic, reason = "a test fails by panicking")]
pub fn check(path: impl AsRef<Path>) {
    let path = path.as_ref();
    let registry = Registry::linked().unwrap_or_else(|error| panic!("{error}"));
    let known = std::fs::read_to_string(path).unwrap_or_default();
    let bless = std::env::var_os("RDDDY_BLESS").is_some_and(|value| value == "1");
    match compare(&known, registry.entries(), bless) {
        Ok(blessed) if blessed != known && bless => {
            if let Err(error) = std::fs::write(path, blessed) {
                panic!("{} cannot be written: {error}", path.display());
            }
        }
        Ok(_) => {}
        Err(difference) => panic!(
            "the events are not those of {}:{difference}\n\
             help: give an event that changed its next version and an `#[upcast]`; \
             then run the test once with RDDDY_BLESS=1",
            path.display()
        ),
    }
}

/// The file as it should be; the error is what must not differ.
fn compare<'a>(
    known: &str,
    entries: impl Iterator<Item = &'a MessageEntry>,
    bless: bool,
) -> Result<String, String> {
    let mut lines: BTreeMap<(String, u32), String> = known.lines().filter_map(parse).collect();
    let mut difference = String::new();
    for entry in entries.filter(|entry| entry.kind == Kind::Event && entry.context() != "rdddy") {
        let key = ((entry.name)().to_owned(), entry.version);
        let shape = shape(entry);
        let differs = match lines.get(&key) {
            // A version that may be stored already keeps its shape, whatever is meant.
            Some(stored) if *stored != shape => Some(format!("\n- {stored}\n+ {shape}")),
            Some(_) => None,
            None if bless => None,
            None => Some(format!("\n+ {shape}")),
        };
        difference.push_str(differs.as_deref().unwrap_or_default());
        lines.insert(key, shape);
    }
    if !difference.is_empty() {
        return Err(difference);
    }
    Ok(lines.into_values().fold(HEAD.to_owned(), |text, line| text + &line + "\n"))
}

fn shape(entry: &MessageEntry) -> String {
    let mut line = format!("{} {} {{", (entry.name)(), entry.version);
    for (at, (name, ty)) in entry.fields.iter().enumerate() {
        // Writing into a `String` cannot fail.
        let _ = write!(line, "{} {name}: {ty}", if at == 0 { "" } else { "," });
    }
    line.push_str(if entry.fields.is_empty() { "}" } else { " }" });
    line
}

fn parse(line: &str) -> Option<((String, u32), String)> {
    let mut words = line.split(' ');
    let (name, version) = (words.next()?, words.next()?.parse().ok()?);
    Some(((name.to_owned(), version), line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdddy_core::model::SourceLocation;

    const PLACE: SourceLocation = SourceLocation { file: "here.rs", line: 1 };

    fn entry(version: u32, fields: &'static [(&'static str, &'static str)]) -> MessageEntry {
        let entry = MessageEntry::event::<rdddy_core::runtime::Terminated>(PLACE);
        let mut entry = entry.with_fields(fields);
        (entry.name, entry.version) = (|| "sales.OrderPlaced", version);
        entry
    }

    #[test]
    fn a_shape_that_changes_under_its_version_is_refused_even_when_blessed() {
        let first = entry(1, &[("order", "OrderId"), ("quantity", "u32")]);
        assert!(compare("", [&first].into_iter(), false).is_err(), "it is not in the file yet");
        let file = compare("", [&first].into_iter(), true).unwrap();
        assert!(
            file.ends_with("\nsales.OrderPlaced 1 { order: OrderId, quantity: u32 }\n"),
            "{file}"
        );
        assert_eq!(compare(&file, [&first].into_iter(), false), Ok(file.clone()));

        let changed = entry(1, &[("order", "OrderId")]);
        let difference = compare(&file, [&changed].into_iter(), true).unwrap_err();
        assert!(difference.contains("+ sales.OrderPlaced 1 { order: OrderId }"), "{difference}");

        let second = entry(2, &[("order", "OrderId")]);
        assert!(compare(&file, [&second].into_iter(), false).is_err());
        let both = compare(&file, [&second].into_iter(), true).unwrap();
        assert_eq!(both.lines().count(), 4, "the old version stays: {both}");
    }
}
