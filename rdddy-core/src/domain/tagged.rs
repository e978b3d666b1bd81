//! What an event is about.

/// What an event is about, beside its name: `#[tag]` fields of a `#[derive(Event)]`.
///
/// Decisions and reads select events by it; an event without any is found by its name only.
pub trait Tagged {
    /// Name and value of each tag.
    fn tags(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
