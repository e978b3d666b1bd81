//! The options of `#[actor]` and `#[handler]`.

use crate::support::codes::Code;
use crate::support::options::{Form, OptionSpec, OptionTable};

pub(crate) static ACTOR: OptionTable = OptionTable {
    attribute: "#[actor]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "mailbox",
            form: Form::Expression,
            usage: "mailbox = bounded(64)",
            meaning: "how many messages may wait: `bounded(N)` or `unbounded`",
        },
        OptionSpec {
            name: "overflow",
            form: Form::Word(&["block", "fail", "drop_oldest", "drop_newest", "dead_letter"]),
            usage: "overflow = fail",
            meaning: "what happens to a message that finds the mailbox full: `block` (the sender \
                      waits), `fail` (the sender gets it back), `drop_oldest`, `drop_newest` or \
                      `dead_letter`",
        },
        OptionSpec {
            name: "restart",
            form: Form::Word(&["permanent", "transient", "temporary"]),
            usage: "restart = permanent",
            meaning: "when its supervisor restarts it: always (`permanent`), when it fails \
                      (`transient`) or never (`temporary`)",
        },
        OptionSpec {
            name: "critical",
            form: Form::Flag,
            usage: "critical",
            meaning: "its final failure stops the system",
        },
        OptionSpec {
            name: "backoff",
            form: Form::Text,
            usage: "backoff = \"50ms..5s\"",
            meaning: "how long its supervisor waits before the first restart, and at most",
        },
        OptionSpec {
            name: "strategy",
            form: Form::Word(&["one_for_one", "one_for_all", "rest_for_one"]),
            usage: "strategy = one_for_one",
            meaning: "as a supervisor: which of its children are restarted together",
        },
        OptionSpec {
            name: "intensity",
            form: Form::Arguments,
            usage: "intensity(5, within = \"10s\")",
            meaning: "as a supervisor: how many restarts of its children it allows in which time",
        },
        OptionSpec {
            name: "exhausted",
            form: Form::Word(&["escalate", "stop"]),
            usage: "exhausted = escalate",
            meaning: "as a supervisor: about a child that needs more restarts, it fails in its \
                      turn (`escalate`) or leaves the child stopped (`stop`)",
        },
        OptionSpec {
            name: "asks",
            form: Form::Arguments,
            usage: "asks(CheckStock, ChargeCard)",
            meaning: "what it asks of other actors, for the domain map",
        },
        OptionSpec {
            name: "name",
            form: Form::Text,
            usage: "name = \"OrderDesk\"",
            meaning: "its name for people, if that is not the name of the type",
        },
        OptionSpec {
            name: "crate",
            form: Form::Path,
            usage: "crate = my_rdddy",
            meaning: "the path of the crate `rdddy`, where it is not found by itself",
        },
    ],
};

pub(crate) static HANDLER: OptionTable = OptionTable {
    attribute: "#[handler]",
    code: Code::E002,
    options: &[
        OptionSpec {
            name: "lane",
            form: Form::Word(&["control", "user"]),
            usage: "lane = control",
            meaning: "`control` messages are handled before all `user` messages",
        },
        OptionSpec {
            name: "blocking",
            form: Form::Flag,
            usage: "blocking",
            meaning: "runs on a thread of its own, so that it may block",
        },
        OptionSpec {
            name: "timeout",
            form: Form::Text,
            usage: "timeout = \"5s\"",
            meaning: "how long it may take before it is cancelled and counts as failed",
        },
        OptionSpec {
            name: "redeliver",
            form: Form::Switch,
            usage: "redeliver",
            meaning: "a message that fails the actor is handed to the next incarnation once more; \
                      on for events, `redeliver = false` turns it off",
        },
        OptionSpec {
            name: "when",
            form: Form::Expression,
            usage: "when = self.open",
            meaning: "a condition over `self` and the message; a message that does not meet it is \
                      stashed until one does",
        },
    ],
};
