//! The options of the derive `DomainError`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

const TERMINAL: OptionSpec = OptionSpec {
    name: "terminal",
    form: Form::Flag,
    usage: "terminal",
    meaning: "trying again does not help: the default",
};
const TRANSIENT: OptionSpec = OptionSpec {
    name: "transient",
    form: Form::Flag,
    usage: "transient",
    meaning: "the same request may succeed later",
};
const SEVERITY: OptionSpec = OptionSpec {
    name: "severity",
    form: Form::Word(&["info", "warning", "error", "critical"]),
    usage: "severity = warning",
    meaning: "how bad it is; without it, `error`",
};
const CODE: OptionSpec = OptionSpec {
    name: "code",
    form: Form::Text,
    usage: "code = \"sales.already_placed\"",
    meaning: "its stable code, if that is not its context and its name",
};
const TRANSPARENT: OptionSpec = OptionSpec {
    name: "transparent",
    form: Form::Flag,
    usage: "transparent",
    meaning: "it is what its only field is, a domain error itself",
};

/// On the type. In an enum, what it says is what a variant is without an option of its own.
pub(crate) static DOMAIN: OptionTable = OptionTable {
    attribute: "#[domain]",
    code: Code::E002,
    options: &[
        TERMINAL,
        TRANSIENT,
        SEVERITY,
        CODE,
        TRANSPARENT,
        OptionSpec {
            name: "context",
            form: Form::Text,
            usage: "context = \"sales\"",
            meaning: "the bounded context of its codes, if that is not the one of the module",
        },
        OptionSpec {
            name: "crate",
            form: Form::Path,
            usage: "crate = my_rdddy",
            meaning: "the path of the crate `rdddy`, where it is not found by itself",
        },
    ],
};

/// On a variant.
pub(crate) static VARIANT: OptionTable = OptionTable {
    attribute: "#[domain]",
    code: Code::E002,
    options: &[TERMINAL, TRANSIENT, SEVERITY, CODE, TRANSPARENT],
};
