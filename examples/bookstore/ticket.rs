//! What a line of the file is known by, so that it is carried out once, however often it is read.

use rdddy::message::MessageId;

/// Follows from the text of a line and where it stands: two equal lines have two tickets, and a line
/// that is read again has the one it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u128);

impl Ticket {
    pub(crate) fn of(number: u64, line: &[u8]) -> Self {
        Ticket(fnv(fnv(OFFSET, &number.to_le_bytes()), line))
    }

    /// The id of one of the commands that the line leads to.
    pub(crate) fn step(self, step: &str) -> MessageId {
        MessageId(fnv(self.0, step.as_bytes()))
    }
}

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// FNV-1a of 128 bits.
fn fnv(begin: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(begin, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}
