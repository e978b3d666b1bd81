//! Where a new process begins.

/// Where a policy, a task, a saga or an outbox begins that has never run on its store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begin {
    /// With the first stored event.
    #[default]
    First,
    /// With the first event after those that are stored when it first starts. All versions of a saga
    /// begin where the first one of them did.
    Head,
}
