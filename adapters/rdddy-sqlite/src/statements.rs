//! What the writer does again and again, prepared once.

use rusqlite::{Connection, ErrorCode, Statement};

use crate::error::{Damage, Fault};

pub(crate) struct Statements<'c> {
    pub(crate) begin: Statement<'c>,
    pub(crate) commit: Statement<'c>,
    pub(crate) roll_back: Statement<'c>,
    pub(crate) move_head: Statement<'c>,
    pub(crate) insert_event: Statement<'c>,
    pub(crate) insert_tag: Statement<'c>,
    /// Changes nothing if the command is known.
    pub(crate) insert_command: Statement<'c>,
}

impl<'c> Statements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self, Fault> {
        let prepare = |sql| connection.prepare(sql).map_err(in_schema);
        Ok(Statements {
            begin: prepare("begin immediate")?,
            commit: prepare("commit")?,
            roll_back: prepare("rollback")?,
            move_head: prepare("update head set position = ?1 where one = 1")?,
            insert_event: prepare(
                "insert into events values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            // The same tag may stand twice on an event.
            insert_tag: prepare("insert or ignore into tags values (?1, ?2)")?,
            insert_command: prepare("insert or ignore into commands values (?1, ?2, ?3, ?4)")?,
        })
    }
}

/// A statement that does not fit the schema: that is not the one that was made.
fn in_schema(error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::Unknown) => {
            Fault::damaged("the schema", Damage::Structure(error.to_string()))
        }
        _ => error.into(),
    }
}
