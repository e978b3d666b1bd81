//! The options of `#[aggregate]` and `#[upcast]`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static AGGREGATE: OptionTable = OptionTable {
    attribute: "#[aggregate]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "id",
            form: Form::Type,
            usage: "id = OrderId",
            meaning: "the type of its id: what the `#[key]` of each of its commands is",
        },
        OptionSpec {
            name: "snapshot",
            form: Form::Arguments,
            usage: "snapshot(every = 100)",
            meaning: "keeps its state each time so many events have happened; the state implements \
                      serde's traits then",
        },
        OptionSpec {
            name: "stored",
            form: Form::Word(&["events", "state"]),
            usage: "stored = state",
            meaning: "what it is loaded from: its `events`, unless said otherwise, or its `state`, which \
                      is then stored with them and implements serde's traits",
        },
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"Order\"",
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

pub(crate) static SNAPSHOT: OptionTable = OptionTable {
    attribute: "snapshot",
    code: Code::E002,
    options: &[OptionSpec {
        name: "every",
        form: Form::Whole,
        usage: "every = 100",
        meaning: "after how many events",
    }],
};

pub(crate) static UPCAST: OptionTable = OptionTable {
    attribute: "#[upcast]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "event",
            form: Form::Type,
            usage: "event = OrderPlaced",
            meaning: "the event, as it is now",
        },
        OptionSpec {
            name: "from",
            form: Form::Whole,
            usage: "from = 1",
            meaning: "the version that it brings to the next one",
        },
    ],
};
