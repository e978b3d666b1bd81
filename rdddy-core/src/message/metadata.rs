//! What is known about a message beside its content.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Identifies one sent message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u128);

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A moment by the system's clock, as the time since the Unix epoch. In a simulation the clock is
/// virtual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub Duration);

/// What is known about a message beside its content.
///
/// The system fills it in and carries it from message to message. An in-process `tell` has none
/// unless somebody asked for it: the system's `causality` switch, a tenant or a trace set by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// This message.
    pub message: MessageId,
    /// The message that began the conversation; its own id for the first one.
    pub correlation: MessageId,
    /// The message that was being handled when this one was sent.
    pub causation: Option<MessageId>,
    /// On whose behalf.
    pub tenant: Option<Arc<str>>,
    /// The trace it belongs to, as a W3C `traceparent` value.
    pub trace: Option<Arc<str>>,
    /// When it was sent.
    pub sent: Timestamp,
}

impl Metadata {
    /// Metadata of a first message, caused by none.
    #[must_use]
    pub fn first(message: MessageId, sent: Timestamp) -> Self {
        Metadata { message, correlation: message, causation: None, tenant: None, trace: None, sent }
    }

    /// Metadata of a message sent while this one was handled.
    #[must_use]
    pub fn caused(&self, message: MessageId, sent: Timestamp) -> Self {
        Metadata { message, causation: Some(self.message), sent, ..self.clone() }
    }

    /// The same, on behalf of `tenant`.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<Arc<str>>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The same, as part of the trace with this W3C `traceparent` value.
    #[must_use]
    pub fn with_trace(mut self, trace: impl Into<Arc<str>>) -> Self {
        self.trace = Some(trace.into());
        self
    }
}
