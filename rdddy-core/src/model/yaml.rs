//! How YAML is read: one document, of bounded size also after its aliases are expanded.

use serde::de::DeserializeOwned;
use serde_saphyr::Options;

use super::codec::FormatError;
use crate::limits::ENCODED_MESSAGE_MAX;

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FormatError> {
    serde_saphyr::from_slice_with_options(bytes, options()).map_err(Into::into)
}

fn options() -> Options {
    serde_saphyr::options! {
        // Text and nodes that an alias repeats count again, so a message that expands itself ends
        // where a plain one of the largest size would.
        budget: serde_saphyr::budget! {
            max_documents: 1,
            max_total_scalar_bytes: ENCODED_MESSAGE_MAX,
            max_recorded_anchor_bytes: ENCODED_MESSAGE_MAX,
            max_aliases: ALIASES_MAX,
            max_depth: DEPTH_MAX,
        },
        // `no` is a text, not a boolean.
        strict_booleans: true,
        // An error says where, and does not copy the message into somebody's log.
        with_snippet: false,
    }
}

/// Aliases in one message.
const ALIASES_MAX: usize = 1_000;
/// How deep a message may be nested: as deep as in JSON.
const DEPTH_MAX: usize = 128;
