//! How stores with columns write down what stands beside the data of an event: as short JSON.
//!
//! What the other columns of an event say already is left out. Text with everything in it is read as
//! well.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{NewEvent, StoreCause, Tag};
use crate::message::{MessageId, Metadata, Timestamp};

/// The tags of `event` as a JSON list; `None` when it has none.
///
/// # Errors
///
/// [`serde_json::Error`], which text does not lead to.
pub fn encode_tags(event: &NewEvent) -> serde_json::Result<Option<String>> {
    if event.tags.is_empty() {
        return Ok(None);
    }
    let tags: Vec<&str> = event.tags.iter().map(Tag::as_str).collect();
    serde_json::to_string(&tags).map(Some)
}

/// The tags that [`encode_tags`] wrote.
///
/// # Errors
///
/// What is wrong with the text.
pub fn decode_tags(text: &str) -> Result<Vec<Tag>, StoreCause> {
    // Hardly any tag has a character that JSON escapes: most are read where they stand.
    if let Ok(plain) = serde_json::from_str::<Vec<&str>>(text) {
        return Ok(plain.into_iter().map(Tag::parse).collect::<Result<_, _>>()?);
    }
    let escaped: Vec<String> = serde_json::from_str(text)?;
    Ok(escaped.iter().map(|tag| Tag::parse(tag)).collect::<Result<_, _>>()?)
}

/// What of the metadata does not follow from the event's id and time.
#[derive(Serialize, Deserialize)]
struct Rest {
    /// The event's id, unless it stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<MessageId>,
    /// What caused it, or itself, unless it stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<Arc<str>>,
    /// When the event was decided, unless it stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<Timestamp>,
}

/// The metadata of `event`, which was decided at `at`.
///
/// # Errors
///
/// [`serde_json::Error`], which metadata does not lead to.
pub fn encode_metadata(event: &NewEvent, at: Timestamp) -> serde_json::Result<String> {
    let Metadata { message, correlation, causation, tenant, trace, sent } = &event.metadata;
    let rest = Rest {
        message: Some(*message).filter(|message| *message != event.id),
        correlation: Some(*correlation).filter(|it| *it != causation.unwrap_or(*message)),
        causation: *causation,
        tenant: tenant.clone(),
        trace: trace.clone(),
        sent: Some(*sent).filter(|sent| *sent != at),
    };
    serde_json::to_string(&rest)
}

/// The metadata of the event `id`, decided at `at`, that [`encode_metadata`] wrote.
///
/// # Errors
///
/// What is wrong with the text.
pub fn decode_metadata(text: &str, id: MessageId, at: Timestamp) -> serde_json::Result<Metadata> {
    let Rest { message, correlation, causation, tenant, trace, sent } = serde_json::from_str(text)?;
    let message = message.unwrap_or(id);
    let correlation = correlation.or(causation).unwrap_or(message);
    Ok(Metadata { message, correlation, causation, tenant, trace, sent: sent.unwrap_or(at) })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ID: MessageId = MessageId(1);
    const AT: Timestamp = Timestamp(Duration::from_secs(9));

    fn event(metadata: Metadata) -> NewEvent {
        let (name, data, tags) = ("a.B".into(), Vec::new(), Vec::new());
        NewEvent { id: ID, name, schema: 1, data, tags, metadata }
    }

    #[test]
    fn metadata_is_as_short_as_it_can_be_and_read_as_it_was() {
        let command = Metadata::first(MessageId(7), AT);
        let deep = command.caused(MessageId(8), AT).caused(ID, AT);
        let other = Metadata::first(MessageId(2), Timestamp(Duration::from_secs(3)));
        let whole = deep.clone().with_tenant("\"t\"").with_trace("00-1");
        let short = r#"{"causation":"00000000000000000000000000000007"}"#;
        for (metadata, text) in [
            (Metadata::first(ID, AT), Some("{}")),
            (command.caused(ID, AT), Some(short)),
            (deep, None),
            (other, None),
            (whole, None),
        ] {
            let event = event(metadata);
            let encoded = encode_metadata(&event, AT).unwrap();
            assert!(text.is_none_or(|text| text == encoded), "{encoded}");
            assert_eq!(decode_metadata(&encoded, ID, AT).unwrap(), event.metadata, "{encoded}");
            let full = serde_json::to_string(&event.metadata).unwrap();
            assert_eq!(decode_metadata(&full, ID, AT).unwrap(), event.metadata, "{full}");
        }
    }

    #[test]
    fn tags_are_read_as_they_were_written() {
        let mut event = event(Metadata::first(ID, AT));
        assert_eq!(encode_tags(&event).unwrap(), None);
        event.tags = vec![Tag::new("a", "\"\\\n").unwrap(), Tag::new("b", "1").unwrap()];
        let text = encode_tags(&event).unwrap().unwrap();
        assert_eq!(decode_tags(&text).unwrap(), event.tags);
        assert!(decode_tags("[\"\"]").is_err() && decode_tags("{").is_err());
    }
}
