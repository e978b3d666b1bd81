//! The options of `#[view]`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static VIEW: OptionTable = OptionTable {
    attribute: "#[view]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"OrderPage\"",
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
