//! The options of `#[saga]` and `#[step]`.

use crate::process::BEGIN;
use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static SAGA: OptionTable = OptionTable {
    attribute: "#[saga]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "starts_on",
            form: Form::Type,
            usage: "starts_on = OrderPlaced",
            meaning: "the event that begins an instance, if there is none with its key; \
                      `starts_on = (OrderPlaced, OrderPaid)` for whichever comes first",
        },
        OptionSpec {
            name: "key",
            form: Form::Path,
            usage: "key = order",
            meaning: "the `#[tag]` whose value says which instance an event is for",
        },
        OptionSpec {
            name: "version",
            form: Form::Whole,
            usage: "version = 2",
            meaning: "the version of its code, 1 unless this says otherwise: a running instance keeps \
                      the one it began with",
        },
        OptionSpec {
            name: "compensate",
            form: Form::Word(&["last_first", "parallel"]),
            usage: "compensate = parallel",
            meaning: "how its steps are undone: one after the other, the last one first, or all at the \
                      same time",
        },
        BEGIN,
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"Fulfilment\"",
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

pub(crate) static STEP: OptionTable = OptionTable {
    attribute: "#[step]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "on",
            form: Form::Type,
            usage: "on = StockReserved",
            meaning: "the event that it acts on, which its parameter says anyway",
        },
        OptionSpec {
            name: "compensate",
            form: Form::Path,
            usage: "compensate = release",
            meaning: "the `#[compensation]` that undoes it",
        },
        OptionSpec {
            name: "irreversible",
            form: Form::Text,
            usage: "irreversible = \"nobody minds a second e-mail\"",
            meaning: "nothing undoes it, and why that does no harm",
        },
        OptionSpec {
            name: "pivot",
            form: Form::Flag,
            usage: "pivot",
            meaning: "the point of no return: once a later step has begun, nothing is undone",
        },
        OptionSpec {
            name: "retriable",
            form: Form::Flag,
            usage: "retriable",
            meaning: "after the pivot: it is tried until it succeeds",
        },
        OptionSpec {
            name: "retry",
            form: Form::Arguments,
            usage: "retry(max = 5, backoff = \"100ms..10s\")",
            meaning: "how often it is tried when it fails for a reason that may pass, and the pauses",
        },
    ],
};
