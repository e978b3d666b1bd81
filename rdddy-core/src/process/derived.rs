//! Ids that follow from what something is a consequence of.

use crate::message::MessageId;

/// The id of the `nth` thing that `who` does because of `cause`: always the same one, and another one
/// for anything else. FNV-1a in 128 bits
/// (<https://datatracker.ietf.org/doc/html/rfc9923>), with the version and variant of RFC 9562's
/// UUIDs of version 8.
pub(crate) fn derived_id(who: &str, cause: MessageId, nth: u64) -> MessageId {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = who.bytes().chain([0]).chain(cause.0.to_be_bytes()).chain(nth.to_be_bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    let kept = !((0xF << 76) | (0b11 << 62));
    MessageId((hash & kept) | (0x8 << 76) | (0b10 << 62))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_all_of_its_causes() {
        let id = |who, cause, nth| derived_id(who, MessageId(cause), nth);
        assert_eq!(id("sales.Restock", 7, 0), id("sales.Restock", 7, 0));
        let others =
            [id("sales.Restock", 7, 1), id("sales.Restock", 8, 0), id("sales.Restoc", 7, 0)];
        for other in others {
            assert_ne!(id("sales.Restock", 7, 0), other);
            assert_eq!(other.0 >> 76 & 0xF, 8);
        }
    }
}
