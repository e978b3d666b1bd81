//! The same work for every subject: what is deposited, and where.

use serde::{Deserialize, Serialize};

/// Accounts that deposits are spread over, each as likely as the others.
pub(crate) const ACCOUNTS: u64 = 10_000;
/// Cents of each deposit.
pub(crate) const CENTS: u64 = 1250;

/// What is stored of a deposit: six fields, about 141 bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Content {
    pub(crate) account: String,
    pub(crate) amount: u64,
    pub(crate) currency: String,
    pub(crate) reference: String,
    pub(crate) channel: String,
    pub(crate) at: u64,
}

impl Content {
    pub(crate) fn new(account: u64) -> Self {
        Content {
            account: key(account),
            amount: CENTS,
            currency: "EUR".to_owned(),
            reference: "ref-0123456789".to_owned(),
            channel: "branch-office".to_owned(),
            at: 1_795_370_000_000,
        }
    }
}

/// The name of an account.
pub(crate) fn key(account: u64) -> String {
    format!("account-{account:08}")
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
