//! The same work for every subject.

/// Streams that events are spread over, each as likely as the others.
pub(crate) const STREAMS: u64 = 10_000;
/// Events of one round.
pub(crate) const ROUND: u64 = 16_384;

/// The content of an event: six fields, about 141 bytes.
pub(crate) fn data(stream: u64) -> String {
    format!(
        concat!(
            r#"{{"account":"account-{:08}","amount":1250,"currency":"EUR","#,
            r#""reference":"ref-0123456789","channel":"branch-office","at":1795370000000}}"#
        ),
        stream
    )
}

/// Repeatable dice: `SplitMix64`.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
