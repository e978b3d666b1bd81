//! The documents of a memory store.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::limits;
use crate::store::{Commit, CommitError, Document};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<String, BTreeMap<String, Vec<u8>>>);

impl Documents {
    pub(super) fn commit(&mut self, commit: Commit) -> Result<(), CommitError> {
        let Commit { expected, cleared, writes } = commit;
        if let Some(expected) = expected
            && self.get(&expected.table, &expected.key) != expected.data
        {
            let (table, key) = (expected.table, expected.key);
            return Err(CommitError::Conflict { table, key });
        }
        for table in cleared {
            self.0.remove(&table);
        }
        for write in writes {
            let table = self.0.entry(write.table).or_default();
            match write.data {
                Some(data) => table.insert(write.key, data),
                None => table.remove(&write.key),
            };
        }
        Ok(())
    }

    pub(super) fn get(&self, table: &str, key: &str) -> Option<Vec<u8>> {
        self.0.get(table)?.get(key).cloned()
    }

    pub(super) fn page(&self, table: &str, after: Option<&str>, limit: usize) -> Vec<Document> {
        let Some(table) = self.0.get(table) else { return Vec::new() };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let page = table.range::<str, _>((from, Bound::Unbounded));
        page.take(limit.min(limits::READ_PAGE_MAX))
            .map(|(key, data)| Document { key: key.clone(), data: data.clone() })
            .collect()
    }
}
