//! The options of the message derives.

use super::Derive;
use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

const NAME: OptionSpec = OptionSpec {
    name: "name",
    form: Form::Text,
    usage: "name = \"PlaceOrder\"",
    meaning: "its stable name, if that is not the name of the type",
};
const CONTEXT: OptionSpec = OptionSpec {
    name: "context",
    form: Form::Text,
    usage: "context = \"sales\"",
    meaning: "its bounded context, if that is not the one of the module",
};
const VERSION: OptionSpec = OptionSpec {
    name: "version",
    form: Form::Whole,
    usage: "version = 2",
    meaning: "the version of its shape, from 1",
};
const ERROR: OptionSpec = OptionSpec {
    name: "error",
    form: Form::Type,
    usage: "error = OrderError",
    meaning: "what the handler answers when it refuses; without it, it never does",
};
const FORMERLY: OptionSpec = OptionSpec {
    name: "formerly",
    form: Form::Text,
    usage: "formerly = \"sales.OrderMade\"",
    meaning: "the whole name under which it was stored before it was renamed",
};
const CRATE: OptionSpec = OptionSpec {
    name: "crate",
    form: Form::Path,
    usage: "crate = my_rdddy",
    meaning: "the path of the crate `rdddy`, where it is not found by itself",
};

pub(crate) static COMMAND: OptionTable = OptionTable {
    attribute: "#[command]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "reply",
            form: Form::Type,
            usage: "reply = OrderId",
            meaning: "what the handler answers when it accepts; without it, nothing: `()`",
        },
        ERROR,
        OptionSpec {
            name: "shared",
            form: Form::Flag,
            usage: "shared",
            meaning: "several actor types may handle it; then it is only sent to a reference",
        },
        NAME,
        CONTEXT,
        VERSION,
        CRATE,
    ],
};

pub(crate) static QUERY: OptionTable = OptionTable {
    attribute: "#[query]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "reply",
            form: Form::Type,
            usage: "reply = usize",
            meaning: "what the handler answers: required",
        },
        ERROR,
        NAME,
        CONTEXT,
        VERSION,
        CRATE,
    ],
};

pub(crate) static EVENT: OptionTable = OptionTable {
    attribute: "#[event]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "external",
            form: Form::Flag,
            usage: "external",
            meaning: "it came from outside the system",
        },
        OptionSpec {
            name: "integration",
            form: Form::Flag,
            usage: "integration",
            meaning: "it is meant for other bounded contexts",
        },
        OptionSpec {
            name: "ui",
            form: Form::Flag,
            usage: "ui",
            meaning: "a person did something at a user interface",
        },
        NAME,
        CONTEXT,
        VERSION,
        FORMERLY,
        CRATE,
    ],
};

impl Derive {
    pub(crate) fn options(self) -> &'static OptionTable {
        match self {
            Derive::Command => &COMMAND,
            Derive::Query => &QUERY,
            Derive::Event => &EVENT,
        }
    }

    /// What it derives, with its article.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Derive::Command => "a command",
            Derive::Query => "a query",
            Derive::Event => "an event",
        }
    }

    /// The attribute that holds the options.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Derive::Command => "command",
            Derive::Query => "query",
            Derive::Event => "event",
        }
    }
}
