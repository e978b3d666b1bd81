//! What is known about a message beside its content.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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

/// Text that is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message id is 32 hexadecimal digits")]
pub struct NotAMessageId;

impl FromStr for MessageId {
    type Err = NotAMessageId;

    /// Digit by digit: every stored event has three of these.
    fn from_str(text: &str) -> Result<Self, NotAMessageId> {
        let digits: &[u8; 32] = text.as_bytes().try_into().map_err(|_| NotAMessageId)?;
        let (high, low) = digits.split_at(16);
        let (high, low) = (half(high)?, half(low)?);
        Ok(MessageId(u128::from(high) << 64 | u128::from(low)))
    }
}

/// The number that these hexadecimal digits mean.
fn half(digits: &[u8]) -> Result<u64, NotAMessageId> {
    const NONE: u8 = 0xFF;
    const VALUES: [u8; 256] = {
        let mut values = [NONE; 256];
        let mut digit = 0;
        while digit < 16 {
            values[b"0123456789abcdef"[digit as usize] as usize] = digit;
            values[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
            digit += 1;
        }
        values
    };
    let (mut number, mut seen) = (0, 0);
    for digit in digits {
        let value = VALUES[usize::from(*digit)];
        seen |= value;
        number = number << 4 | u64::from(value);
    }
    if seen == NONE { Err(NotAMessageId) } else { Ok(number) }
}

/// As text, because many readers of JSON have no integers of that size.
impl Serialize for MessageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'0'; 32];
        for (nth, digit) in text.iter_mut().rev().enumerate() {
            *digit = DIGITS[(self.0 >> (4 * nth) & 0xF) as usize];
        }
        // Of these digits only, so it is text.
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

struct Digits;

impl de::Visitor<'_> for Digits {
    type Value = MessageId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message id of 32 hexadecimal digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<MessageId, E> {
        text.parse().map_err(E::custom)
    }
}

/// A moment by the system's clock, as the time since the Unix epoch. In a simulation the clock is
/// virtual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub Duration);

/// As whole nanoseconds, which fit into 64 bits until the year 2554; later moments count as that.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|nanos| Timestamp(Duration::from_nanos(nanos)))
    }
}

/// What is known about a message beside its content.
///
/// The system fills it in and carries it from message to message. An in-process `tell` has none
/// unless somebody asked for it: the system's `causality` switch, a tenant or a trace set by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// This message.
    pub message: MessageId,
    /// The message that began the conversation; its own id for the first one.
    pub correlation: MessageId,
    /// The message that was being handled when this one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<MessageId>,
    /// On whose behalf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Arc<str>>,
    /// The trace it belongs to, as a W3C `traceparent` value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_survives_a_trip_through_json() {
        let first = Metadata::first(MessageId(u128::MAX - 1), Timestamp(Duration::from_nanos(7)));
        let whole = first.caused(MessageId(2), Timestamp(Duration::from_secs(1_800_000_000)));
        for metadata in [first, whole.with_tenant("\"a\"").with_trace("00-0af7-b7ad-01")] {
            let json = serde_json::to_string(&metadata).unwrap();
            assert_eq!(serde_json::from_str::<Metadata>(&json).unwrap(), metadata, "{json}");
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "0", "+0000000000000000000000000000001", "zz", &"0".repeat(33)] {
            assert_eq!(text.parse::<MessageId>(), Err(NotAMessageId), "{text}");
        }
        for id in [0xAB, u128::MAX, 1 << 64, (1 << 64) - 1] {
            assert_eq!(MessageId(id).to_string().parse(), Ok(MessageId(id)));
            let json = serde_json::to_string(&MessageId(id)).unwrap();
            assert_eq!(json, format!("\"{id:032x}\""));
        }
    }
}
