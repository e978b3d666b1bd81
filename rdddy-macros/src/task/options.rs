//! The options of `#[task]`.

use crate::process::BEGIN;
use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static TASK: OptionTable = OptionTable {
    attribute: "#[task]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "timeout",
            form: Form::Text,
            usage: "timeout = \"2s\"",
            meaning: "how long one attempt may take",
        },
        OptionSpec {
            name: "retry",
            form: Form::Arguments,
            usage: "retry(max = 5, backoff = \"100ms..10s\")",
            meaning: "how often it is tried, the first time included, and the pauses",
        },
        OptionSpec {
            name: "concurrency",
            form: Form::Whole,
            usage: "concurrency = 8",
            meaning: "how many are done at a time in each process",
        },
        BEGIN,
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"SendConfirmation\"",
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
