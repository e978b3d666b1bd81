//! What a workload asks of a store of events that carries out commands.

use crate::place::Place;

/// A bank whose accounts are streams of deposits.
pub(crate) trait Bank: Sized + Send + Sync + 'static {
    /// An empty one.
    fn open(place: &Place) -> impl Future<Output = Result<Self, String>> + Send;

    /// Deposits `times` on `account`, as one command: durable when it returns. False when it was
    /// refused because others were faster.
    fn deposit(
        &self,
        account: u64,
        times: u32,
    ) -> impl Future<Output = Result<bool, String>> + Send;

    /// `events` deposits, on the first `accounts` accounts in turn. Not measured, so it may go past
    /// the commands.
    fn fill(&self, events: u64, accounts: u64) -> impl Future<Output = Result<(), String>> + Send;

    /// Reads all events in the order of the store, decodes them, and adds up the cents.
    fn replay(&self) -> impl Future<Output = Result<u64, String>> + Send;

    /// The balance of `account` in cents, folded from what is stored.
    fn balance(&self, account: u64) -> impl Future<Output = Result<u64, String>> + Send;

    /// Keeps a snapshot of `account` as it is. False where there is no way to do that.
    fn snapshot(&self, _account: u64) -> impl Future<Output = Result<bool, String>> + Send {
        async { Ok(false) }
    }
}
