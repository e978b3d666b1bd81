//! The options of `#[test]` and `#[explore]`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

const CRATE: OptionSpec = OptionSpec {
    name: "crate",
    form: Form::Path,
    usage: "crate = my_testkit",
    meaning: "the path of the crate `rdddy-testkit`, where it is not found by itself",
};

pub(crate) static TEST: OptionTable = OptionTable {
    attribute: "#[test]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "seed",
            form: Form::Whole,
            usage: "seed = 7",
            meaning: "the seed that decides everything that could differ between two runs",
        },
        CRATE,
    ],
};

pub(crate) static EXPLORE: OptionTable = OptionTable {
    attribute: "#[explore]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "seeds",
            form: Form::Whole,
            usage: "seeds = 1000",
            meaning: "how many seeds are tried",
        },
        OptionSpec {
            name: "crashes",
            form: Form::Flag,
            usage: "crashes",
            meaning: "actors crash at random, too",
        },
        OptionSpec {
            name: "exhaustive",
            form: Form::Flag,
            usage: "exhaustive",
            meaning: "all interleavings are tried, for tests of few messages",
        },
        CRATE,
    ],
};
