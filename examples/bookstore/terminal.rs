//! The shop's card terminal. It is old.

use super::messages::ChargeCard;
use super::values::Card;

/// A line to the bank.
pub(crate) struct Terminal {
    connected: bool,
}

/// What the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Display {
    Approved,
    InsufficientFunds,
    CardExpired,
    /// The line has dropped, and stays so until the terminal is switched on again.
    NoLine,
    /// Nothing, for as long as anybody cares to look at it.
    Blank,
}

impl Terminal {
    pub(crate) fn switch_on() -> Self {
        Terminal { connected: true }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Charges a card. The terminal has its whims and the banks have theirs, but they are the same
    /// for the same order and attempt, so that the shop's day can be repeated.
    pub(crate) fn charge(&mut self, payment: &ChargeCard) -> Display {
        let order = payment.order.value();
        match throw((order << 8) + u64::from(payment.attempt)) {
            0..5 => return Display::Blank,
            5..25 => self.connected = false,
            _ => {}
        }
        let card = throw(fingerprint(&payment.card));
        // The chip of some cards is too much for it, every time.
        self.connected &= card >= 3;
        match card {
            _ if !self.connected => Display::NoLine,
            3..33 => Display::InsufficientFunds,
            33..48 => Display::CardExpired,
            _ => Display::Approved,
        }
    }
}

/// FNV-1a.
fn fingerprint(card: &Card) -> u64 {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    card.value().bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// A number below 1,000 that looks random: SplitMix64.
fn throw(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 1_000
}
