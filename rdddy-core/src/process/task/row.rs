//! What is written down about work: that it is owed, who is at it, that it has failed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::message::{MessageId, Timestamp};
use crate::process::derived::derived_id;
use crate::store::{NameError, Position, StoredEvent, StreamName, Version};

/// Work that is owed: where to find the event that asks for it. Nothing of the event is copied, so
/// that an upcaster applies to what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) event: MessageId,
    pub(super) name: String,
    category: String,
    key: String,
    version: u64,
}

impl Row {
    pub(super) fn of(stored: &StoredEvent) -> Self {
        Row {
            event: stored.event.id,
            name: stored.event.name.to_string(),
            category: stored.stream.category().to_owned(),
            key: stored.stream.key().to_owned(),
            version: stored.version.0,
        }
    }

    pub(super) fn stream(&self) -> Result<StreamName, NameError> {
        StreamName::new(&*self.category, &*self.key)
    }

    pub(super) fn version(&self) -> Version {
        Version(self.version)
    }

    /// By which the work of its stream is found: bounded, and the same for all events of the stream.
    pub(super) fn lane(&self) -> String {
        let stream = format!("{}/{}", self.category, self.key);
        derived_id(&stream, MessageId(0), 0).to_string()
    }
}

/// The key of the row of an event: rows are in the order of their events.
pub(super) fn row_key(position: &Position) -> String {
    format!("{:0>20}", position.to_string())
}

/// Who is at the work of a stream, or has tried it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    /// One life of one process.
    pub(super) owner: MessageId,
    /// When it was made.
    pub(super) since: Timestamp,
    /// Nobody else begins before that.
    pub(super) until: Timestamp,
    /// The row.
    pub(super) row: String,
    /// Attempts that have begun.
    pub(super) attempts: u32,
}

impl Claim {
    /// How long somebody else than its owner waits before looking again; nothing when its time is up,
    /// or makes no sense because the clock was set back. It may be given up at any time, so as long as
    /// it has been held already.
    pub(super) fn keeps_away(
        &self,
        who: MessageId,
        now: Timestamp,
        longest: Duration,
    ) -> Option<Duration> {
        if self.owner == who {
            return None;
        }
        let left = self.until.0.checked_sub(now.0).filter(|left| !left.is_zero())?;
        let age = now.0.saturating_sub(self.since.0).max(limits::FOLLOW_RETRY);
        (left <= longest.saturating_add(limits::TASK_GRACE)).then_some(left.min(age))
    }
}

/// Work that has failed for good, until somebody has it tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailedTask {
    /// The event that asks for it.
    pub event: MessageId,
    /// The stable name of the event.
    pub name: String,
    /// What went wrong last.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up.
    pub at: Timestamp,
    pub(super) row_key: String,
    pub(super) row: Row,
}

/// The names of the tables of a task.
pub(super) struct Tables {
    /// [`Row`]s, by [`row_key`].
    pub(super) owed: String,
    /// [`Claim`]s, by lane.
    pub(super) claims: String,
    /// [`FailedTask`]s, by the ids of their events.
    pub(super) failed: String,
}

impl Tables {
    pub(super) fn of(task: &str) -> Self {
        Tables {
            owed: format!("rdddy.tasks/{task}"),
            claims: format!("rdddy.tasks.claims/{task}"),
            failed: format!("rdddy.tasks.failed/{task}"),
        }
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tables").field(&self.owed).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(30);

    fn at(seconds: u64) -> Timestamp {
        Timestamp(Duration::from_secs(seconds))
    }

    #[test]
    fn a_claim_keeps_others_away_for_its_time_only() {
        let (me, other) = (MessageId(1), MessageId(2));
        let row = row_key(&Position::START);
        let claim = Claim { owner: other, since: at(70), until: at(100), row, attempts: 1 };
        let waits = |now| claim.keeps_away(me, at(now), LONGEST);
        assert_eq!(waits(70), Some(limits::FOLLOW_RETRY));
        assert_eq!(waits(74), Some(Duration::from_secs(4)), "less often with time");
        assert_eq!(waits(90), Some(Duration::from_secs(10)));
        assert_eq!(waits(100), None);
        assert_eq!(waits(10), None, "the clock was set back");
        assert_eq!(claim.keeps_away(other, at(90), LONGEST), None);
    }

    #[test]
    fn rows_are_in_the_order_of_their_events() {
        let keys: Vec<_> = [9, 10, 99, 100, u64::MAX]
            .map(|sequence| row_key(&Position::from_sequence(sequence)))
            .into();
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
