//! The options of the derive `Id`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static ID: OptionTable = OptionTable {
    attribute: "#[id]",
    code: Code::E002,
    options: &[OptionSpec {
        name: "crate",
        form: Form::Path,
        usage: "crate = my_rdddy",
        meaning: "the path of the crate `rdddy`, where it is not found by itself",
    }],
};
