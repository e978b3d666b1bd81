//! What the writer does again and again, prepared once.

use rusqlite::{Connection, Statement};

use crate::error::Fault;

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
        Ok(Statements {
            begin: connection.prepare("begin immediate")?,
            commit: connection.prepare("commit")?,
            roll_back: connection.prepare("rollback")?,
            move_head: connection.prepare("update head set position = ?1 where one = 1")?,
            insert_event: connection.prepare(
                "insert into events values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
            // The same tag may stand twice on an event.
            insert_tag: connection.prepare("insert or ignore into tags values (?1, ?2)")?,
            insert_command: connection
                .prepare("insert or ignore into commands values (?1, ?2, ?3, ?4)")?,
        })
    }
}
