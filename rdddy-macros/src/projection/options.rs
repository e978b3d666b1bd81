//! The options of `#[projection]`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static PROJECTION: OptionTable = OptionTable {
    attribute: "#[projection]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "key",
            form: Form::Typed,
            usage: "key = isbn: Isbn",
            meaning: "the `#[tag]` whose value says which rows an event concerns, and the type of \
                      that value; there is one row without it",
        },
        OptionSpec {
            name: "version",
            form: Form::Whole,
            usage: "version = 2",
            meaning: "to be counted up whenever the handlers or the row change; 1 unless this says \
                      otherwise",
        },
        OptionSpec {
            name: "mode",
            form: Form::Word(&["asynchronous", "inline", "live"]),
            usage: "mode = inline",
            meaning: "when events are folded: soon after they are stored, before a command is \
                      answered, or when somebody looks",
        },
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"SalesByIsbn\"",
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
