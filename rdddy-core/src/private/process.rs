//! What generated code of policies, sagas, tasks, projections and views calls.

use crate::host::AnyCommand;
use crate::message::{Event, EventScope, Query, Request};
use crate::process::{
    IntoAnswer, IntoCommands, IntoRow, IntoTaskResult, Row, RowsError, SagaCommand, StepCommand,
    TaskResult,
};
use crate::runtime::ErrorReport;

/// Whether events of type `E` say which instance of a saga, or row of a projection, they are for; does
/// not compile where they do not.
#[expect(clippy::panic, reason = "evaluated at compile time only")]
pub const fn has_tag<E: Event>(tag: &str) {
    let mut at = 0;
    while at < E::TAGS.len() {
        if same(E::TAGS[at], tag) {
            return;
        }
        at += 1;
    }
    panic!(
        "rdddy::E101: this event does not say which instance it is for: none of its fields with `#[tag]` is called like the `key`"
    );
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// Whether events of type `E` are what a person does at a view; does not compile where they are not.
pub const fn is_input<E: Event>() {
    assert!(
        matches!(E::SCOPE, EventScope::Ui),
        "rdddy::E115: this event is nothing that a person does at a user interface: it lacks `#[event(ui)]`"
    );
}

/// A command of a saga, written down, by what a step returned.
///
/// # Errors
///
/// What its `Serialize` says.
pub fn written_command<C: SagaCommand>(returned: C) -> Result<Option<StepCommand>, String> {
    returned.write()
}

/// What a policy does about an event.
pub type Reaction = Result<Vec<AnyCommand>, String>;

/// What is to be done, by what a handler of a policy returned.
///
/// # Errors
///
/// What the handler says.
pub fn commands_of(returned: impl IntoCommands) -> Reaction {
    returned.into_commands()
}

/// What came of a task, by what its handler returned.
///
/// # Errors
///
/// What the handler says.
pub fn task_result_of(returned: impl IntoTaskResult) -> Result<TaskResult, ErrorReport> {
    returned.into_task_result()
}

/// What becomes of a row.
pub type ProjectedRow = Result<Row, String>;

/// What becomes of a row, by what a handler of a projection returned.
///
/// # Errors
///
/// What the handler says.
pub fn row_of(returned: impl IntoRow) -> ProjectedRow {
    returned.into_row()
}

/// What a query is answered.
pub type AnswerOf<Q> = Result<Result<<Q as Request>::Reply, <Q as Request>::Error>, RowsError>;

/// What a query is answered, by what its handler returned.
///
/// # Errors
///
/// As the handler returned it.
pub fn answer_of<Q: Query>(returned: impl IntoAnswer<Q::Reply, Q::Error>) -> AnswerOf<Q> {
    returned.into_answer()
}
