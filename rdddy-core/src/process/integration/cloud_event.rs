//! Events as systems exchange them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rfc3339::rfc3339;
use crate::limits;
use crate::store::StoredEvent;

/// The version of an event's shape, where that is not the first.
const SCHEMA: &str = "rdddyschema";
const CORRELATION: &str = "correlationid";
const CAUSATION: &str = "causationid";
const TRACE: &str = "traceparent";

/// An event as systems exchange it: [CloudEvents 1.0](https://github.com/cloudevents/spec), in its JSON
/// format. Source and id together say which one it is.
///
/// ```
/// # use rdddy_core::process::CloudEvent;
/// let json = r#"{ "specversion": "1.0", "type": "sales.OrderPlaced", "source": "/sales", "id": "A-1",
///                 "data": { "order": 7 } }"#;
/// let event: CloudEvent = serde_json::from_str(json).unwrap();
/// assert!(event.check().is_ok());
/// assert_eq!(event.data.unwrap()["order"], 7);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloudEvent {
    /// The version of the specification: `1.0`.
    pub specversion: String,
    /// Which event of its source.
    pub id: String,
    /// Where it happened, as a URI reference.
    pub source: String,
    /// What happened: the stable name of the event.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What it happened to: the stream, where rdddy sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it happened, as RFC 3339 writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// What the data is: JSON, if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datacontenttype: Option<String>,
    /// Its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// All other attributes.
    #[serde(flatten)]
    pub extensions: BTreeMap<String, Value>,
}

/// What is wrong with an event that came from elsewhere.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloudEventError {
    /// It is of a specification that is not known.
    #[error("it is of version `{found}` of CloudEvents, and only 1.0 is known")]
    Version {
        /// Its version.
        found: String,
    },
    /// An attribute cannot be one.
    #[error("its `{attribute}` {why}")]
    Attribute {
        /// The attribute.
        attribute: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Its data is not JSON.
    #[error("its data is `{content_type}`, not JSON")]
    NotJson {
        /// What its data is.
        content_type: String,
    },
}

impl CloudEvent {
    /// An event that is sent from `source`, under its present `name`.
    pub(super) fn of(
        stored: &StoredEvent,
        name: &str,
        source: &str,
    ) -> serde_json::Result<CloudEvent> {
        let (event, metadata) = (&stored.event, &stored.event.metadata);
        let text = |name: &str, value: String| (name.to_owned(), Value::String(value));
        let mut extensions = BTreeMap::from([text(CORRELATION, metadata.correlation.to_string())]);
        extensions.extend(metadata.causation.map(|id| text(CAUSATION, id.to_string())));
        extensions.extend(metadata.trace.as_ref().map(|trace| text(TRACE, trace.to_string())));
        if event.schema != 1 {
            extensions.insert(SCHEMA.to_owned(), event.schema.into());
        }
        Ok(CloudEvent {
            specversion: "1.0".to_owned(),
            id: event.id.to_string(),
            source: source.to_owned(),
            event_type: name.to_owned(),
            subject: Some(stored.stream.to_string()),
            time: Some(rfc3339(stored.recorded_at)),
            datacontenttype: Some("application/json".to_owned()),
            data: Some(serde_json::from_slice(&event.data)?),
            extensions,
        })
    }

    /// Whether it is one that can be received.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), CloudEventError> {
        if self.specversion != "1.0" {
            return Err(CloudEventError::Version { found: shortened(&self.specversion) });
        }
        for (attribute, text) in
            [("id", &self.id), ("source", &self.source), ("type", &self.event_type)]
        {
            let wrong = if text.is_empty() {
                Some("is empty")
            } else if text.len() > limits::CLOUD_EVENT_ATTRIBUTE_MAX {
                Some("is too long")
            } else if text.chars().any(char::is_control) {
                Some("holds a control character")
            } else if attribute == "source" && text.contains(' ') {
                Some("is no URI reference: it holds a space")
            } else {
                None
            };
            if let Some(why) = wrong {
                return Err(CloudEventError::Attribute { attribute, why });
            }
        }
        let content_type = self.datacontenttype.as_deref().unwrap_or("application/json");
        let media = content_type.split(';').next().unwrap_or_default().trim();
        let is_json = media.eq_ignore_ascii_case("application/json")
            || media.to_ascii_lowercase().ends_with("+json");
        if !is_json {
            return Err(CloudEventError::NotJson { content_type: shortened(content_type) });
        }
        if self.extensions.contains_key("data_base64") {
            let content_type = "binary".to_owned();
            return Err(CloudEventError::NotJson { content_type });
        }
        Ok(())
    }

    /// The version of the shape of its data.
    pub(super) fn schema(&self) -> Option<u32> {
        match self.extensions.get(SCHEMA) {
            None => Some(1),
            Some(schema) => u32::try_from(schema.as_u64()?).ok(),
        }
    }

    /// Its `traceparent`, if it has one.
    pub(super) fn trace(&self) -> Option<&str> {
        let trace = self.extensions.get(TRACE)?.as_str()?;
        (trace.len() <= limits::CLOUD_EVENT_ATTRIBUTE_MAX).then_some(trace)
    }

    /// The message id in an extension.
    fn id_in(&self, extension: &str) -> Option<crate::message::MessageId> {
        self.extensions.get(extension)?.as_str()?.parse().ok()
    }

    /// The conversation that it belongs to.
    pub(super) fn correlation(&self) -> Option<crate::message::MessageId> {
        self.id_in(CORRELATION)
    }

    /// What it was sent as, if that was by rdddy: what it causes here.
    pub(super) fn message(&self) -> Option<crate::message::MessageId> {
        self.id.parse().ok()
    }
}

/// What of a text from elsewhere is repeated in an error.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
