//! The options of the derive `ValueObject`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

const NORMALIZE: OptionSpec = OptionSpec {
    name: "normalize",
    form: Form::Expression,
    usage: "normalize = trim",
    meaning: "changed before it is checked: `trim`, `lowercase`, `uppercase`, the path of a function, or an expression over `value`",
};
const MIN: OptionSpec = OptionSpec {
    name: "min",
    form: Form::Expression,
    usage: "min = 1",
    meaning: "a number that is at least this",
};
const MAX: OptionSpec = OptionSpec {
    name: "max",
    form: Form::Expression,
    usage: "max = 999",
    meaning: "a number that is at most this",
};
const RANGE: OptionSpec = OptionSpec {
    name: "range",
    form: Form::Expression,
    usage: "range = 1..=999",
    meaning: "a number within this range",
};
const NOT_EMPTY: OptionSpec = OptionSpec {
    name: "not_empty",
    form: Form::Flag,
    usage: "not_empty",
    meaning: "a text or a collection that is not empty",
};
const MIN_CHARS: OptionSpec = OptionSpec {
    name: "min_chars",
    form: Form::Whole,
    usage: "min_chars = 2",
    meaning: "a text of at least so many characters",
};
const MAX_CHARS: OptionSpec = OptionSpec {
    name: "max_chars",
    form: Form::Whole,
    usage: "max_chars = 80",
    meaning: "a text of at most so many characters",
};
const CHECK: OptionSpec = OptionSpec {
    name: "check",
    form: Form::Expression,
    usage: "check = (1..=999).contains(value)",
    meaning: "a condition over `value`; in a struct with named fields, over the fields by their names: all of them references",
};
const CHECK_WITH: OptionSpec = OptionSpec {
    name: "check_with",
    form: Form::Path,
    usage: "check_with = is_isbn",
    meaning: "a function that takes a reference, and says whether it is valid",
};
const MESSAGE: OptionSpec = OptionSpec {
    name: "message",
    form: Form::Text,
    usage: "message = \"a quantity is between 1 and 999\"",
    meaning: "what the rules beside it ask for; other rules stand in an attribute of their own",
};

pub(crate) static VALUE: OptionTable = OptionTable {
    attribute: "#[value]",
    code: Code::E002,
    options: &[
        NORMALIZE,
        MIN,
        MAX,
        RANGE,
        NOT_EMPTY,
        MIN_CHARS,
        MAX_CHARS,
        CHECK,
        CHECK_WITH,
        MESSAGE,
        OptionSpec {
            name: "personal",
            form: Form::Flag,
            usage: "personal",
            meaning: "it says something about a person: it does not show in `Debug` or in errors",
        },
        OptionSpec {
            name: "examples",
            form: Form::Expression,
            usage: "examples = [\"978-3-16-148410-0\"]",
            meaning: "valid values for tests, where none are found by chance",
        },
        OptionSpec {
            name: "error",
            form: Form::Path,
            usage: "error = QuantityError",
            meaning: "the name of its error, if that is not its own with `Error` behind it",
        },
        OptionSpec {
            name: "serde",
            form: Form::Switch,
            usage: "serde = false",
            meaning: "whether it is written and read by serde, always through its rules",
        },
        OptionSpec {
            name: "crate",
            form: Form::Path,
            usage: "crate = my_rdddy",
            meaning: "the path of the crate `rdddy`, where it is not found by itself",
        },
    ],
};

pub(crate) static FIELD: OptionTable = OptionTable {
    attribute: "#[value]",
    code: Code::E002,
    options: &[
        NORMALIZE, MIN, MAX, RANGE, NOT_EMPTY, MIN_CHARS, MAX_CHARS, CHECK, CHECK_WITH, MESSAGE,
    ],
};
