//! Which tables a projection has, and which of them serves: one document per projection.

use serde::{Deserialize, Serialize};

/// The table of all catalogs, by the names of their projections.
pub(super) const CATALOGS: &str = "rdddy.projections";

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Catalog {
    pub(super) tables: Vec<Table>,
}

/// A table of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Table {
    /// Of the code that folds it.
    pub(super) version: u32,
    /// Counted up when the same code folds anew.
    pub(super) generation: u32,
    pub(super) state: TableState,
}

/// What a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TableState {
    /// It is being built, while another one serves.
    Building,
    /// It has caught up, and serves those who run its version.
    Live,
    /// Another one of its version serves.
    Retired,
}

impl Table {
    /// What its documents and its checkpoint are called by.
    pub(super) fn name(&self, projection: &str) -> String {
        match self.generation {
            0 => format!("{projection}@{}", self.version),
            generation => format!("{projection}@{}.{generation}", self.version),
        }
    }
}

impl Catalog {
    /// The table of this version in this state.
    pub(super) fn find(&self, version: u32, state: TableState) -> Option<&Table> {
        self.tables.iter().find(|table| (table.version, table.state) == (version, state))
    }

    /// Where those who run `version` read: in their own table, in the latest older one until theirs
    /// has caught up, in theirs if there is no older one.
    pub(super) fn serving(&self, version: u32) -> Option<&Table> {
        let own = self.find(version, TableState::Live);
        let older = || {
            let live = self.tables.iter().filter(|table| table.state == TableState::Live);
            live.filter(|table| table.version < version).max_by_key(|table| table.version)
        };
        own.or_else(older).or_else(|| self.find(version, TableState::Building))
    }

    /// With one more table of `version`, to be built; none if one is being built already.
    pub(super) fn rebuilding(&self, version: u32) -> Option<(Catalog, Table)> {
        if self.find(version, TableState::Building).is_some() {
            return None;
        }
        let generations = self.tables.iter().filter(|table| table.version == version);
        let generation = generations.map(|table| table.generation + 1).max().unwrap_or(0);
        let table = Table { version, generation, state: TableState::Building };
        let mut next = self.clone();
        next.tables.push(table.clone());
        Some((next, table))
    }

    /// With the table that is being built in the place of the one that serves.
    pub(super) fn swapped(&self, version: u32) -> Catalog {
        let mut next = self.clone();
        for table in next.tables.iter_mut().filter(|table| table.version == version) {
            table.state = match table.state {
                TableState::Building => TableState::Live,
                TableState::Live | TableState::Retired => TableState::Retired,
            };
        }
        next
    }

    /// Without the tables that nobody needs who runs `version` or a later one, and those tables.
    /// None while it is not live itself.
    pub(super) fn without_old(&self, version: u32) -> (Catalog, Vec<Table>) {
        if self.find(version, TableState::Live).is_none() {
            return (self.clone(), Vec::new());
        }
        let is_old = |table: &Table| {
            table.version < version
                || (table.version == version && table.state == TableState::Retired)
        };
        let (old, tables) = self.tables.iter().cloned().partition(is_old);
        (Catalog { tables }, old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_version_serves_until_the_new_one_has_caught_up() {
        let (first, _) = Catalog::default().rebuilding(1).unwrap();
        assert_eq!(first.serving(1).unwrap().name("s.P"), "s.P@1");
        let first = first.swapped(1);
        let (both, _) = first.rebuilding(2).unwrap();
        assert_eq!(both.serving(2).unwrap().name("s.P"), "s.P@1");
        assert_eq!(both.rebuilding(2), None);
        let both = both.swapped(2);
        assert_eq!(both.serving(2).unwrap().name("s.P"), "s.P@2");
        assert_eq!(both.serving(1).unwrap().name("s.P"), "s.P@1", "old programs still run");
        let (again, table) = both.rebuilding(2).unwrap();
        assert_eq!(table.name("s.P"), "s.P@2.1");
        assert_eq!(again.serving(2).unwrap().generation, 0);
        let (kept, old) = again.swapped(2).without_old(2);
        assert_eq!((kept.tables.len(), old.len()), (1, 2));
        assert_eq!(kept.serving(2).unwrap().generation, 1);
        assert_eq!(first.without_old(2), (first.clone(), Vec::new()));
    }
}
