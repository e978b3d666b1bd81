//! Options that policies and sagas share.

use crate::support::options::{Form, OptionSpec};

/// Where a new one begins.
pub(crate) const BEGIN: OptionSpec = OptionSpec {
    name: "begin",
    form: Form::Word(&["first", "head"]),
    usage: "begin = head",
    meaning: "where it begins when it has never run: with the first stored event, or after those that \
              are stored when it first starts",
};
