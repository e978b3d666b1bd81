//! The options of the derive `Entity`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static ENTITY: OptionTable = OptionTable {
    attribute: "#[entity]",
    code: Code::E002,
    options: &[OptionSpec {
        name: "crate",
        form: Form::Path,
        usage: "crate = my_rdddy",
        meaning: "the path of the crate `rdddy`, where it is not found by itself",
    }],
};
