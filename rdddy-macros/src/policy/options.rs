//! The options of `#[policy]`.

use crate::process::BEGIN;
use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static POLICY: OptionTable = OptionTable {
    attribute: "#[policy]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "refusals",
            form: Form::Word(&["park", "report"]),
            usage: "refusals = report",
            meaning: "what becomes of a command that is refused for good: the stream of its event is \
                      parked until somebody has looked, or `CommandRefused` is published",
        },
        BEGIN,
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"Restock\"",
            meaning: "its stable name, if that is not the name of the type",
        },
        OptionSpec {
            name: "crate",
            form: Form::Path,
            usage: "crate = my_rdddy",
            meaning: "the path of the crate `rdddy`, where it is not found by itself",
        },
    ],
};
