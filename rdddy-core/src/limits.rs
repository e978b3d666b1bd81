//! Every default bound, in one place. Nothing in the runtime grows without one.

use std::time::Duration;

/// Messages that wait in a mailbox.
pub const MAILBOX_CAPACITY: u32 = 64;
/// The largest capacity a bounded mailbox can be given.
pub const MAILBOX_CAPACITY_MAX: u32 = 1_000_000;
/// The most members a pool can have.
pub const POOL_MEMBERS_MAX: usize = 4096;
/// How long an `ask` waits for its answer.
pub const ASK_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a `tell` or a `publish` waits for room in a full mailbox.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How long `shutdown` lets the system drain.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one `on_stop` may take.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one `on_start` may take.
pub const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Restarts within [`RESTART_PERIOD`] before a supervisor gives up.
pub const RESTART_INTENSITY: u32 = 5;
/// The period that [`RESTART_INTENSITY`] is counted in.
pub const RESTART_PERIOD: Duration = Duration::from_secs(10);
/// Messages an actor may stash.
pub const STASH_CAPACITY: usize = 1024;
/// Timers, piped futures and attached streams one actor may have at a time.
pub const TASKS_PER_ACTOR: usize = 1024;
/// Events a subscriber outside the actors may lag behind.
pub const SUBSCRIPTION_CAPACITY: usize = 1024;
/// How deep handlers may run inside one another on one thread before messages are queued instead.
pub const IN_PLACE_DEPTH: u32 = 8;
/// Asks that may run on the caller in a row before it yields to its scheduler.
pub const IN_PLACE_STREAK: u32 = 128;
/// How long a `publish` may run subscribers in place before it queues the event for the rest.
pub const PUBLISH_IN_PLACE: Duration = Duration::from_micros(500);
/// Times a message may fail its actor before it is a dead letter.
pub const POISON_ATTEMPTS: u32 = 2;
/// Longest duration accepted anywhere: a hundred years.
pub const DURATION_MAX: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
/// Largest encoded message that is decoded, in bytes.
pub const ENCODED_MESSAGE_MAX: usize = 8 * 1024 * 1024;
/// Longest message name that an error repeats, in bytes.
pub const MESSAGE_NAME_MAX: usize = 256;
/// Longest category of a stream, in bytes.
pub const STREAM_CATEGORY_MAX: usize = 128;
/// Longest key of a stream, in bytes.
pub const STREAM_KEY_MAX: usize = 512;
/// Longest tag, name and value together, in bytes.
pub const TAG_MAX: usize = 512;
/// Tags of one event.
pub const TAGS_PER_EVENT_MAX: usize = 64;
/// Events stored by one append.
pub const APPEND_EVENTS_MAX: usize = 10_000;
/// Bytes of events, reply and snapshots stored by one append.
pub const APPEND_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Events that one page of a read holds at most.
pub const READ_PAGE_MAX: usize = 4096;
/// Events that a subscription to a store reads ahead.
pub const STORE_SUBSCRIPTION_BUFFER: usize = 1024;
/// Items of one event query.
pub const QUERY_ITEMS_MAX: usize = 256;
/// The longest text that can be an id, in bytes.
pub const ID_BYTES_MAX: usize = 255;
/// Aggregates of one type that are kept in memory. Beyond it, those that were not used for the longest
/// time make room.
pub const LOADED_AGGREGATES_MAX: usize = 100_000;
/// An aggregate that was not used for this long leaves memory.
pub const AGGREGATE_IDLE: Duration = Duration::from_secs(600);
/// How often aggregates in memory are looked through for those that are idle.
pub const AGGREGATE_SWEEP: Duration = Duration::from_secs(60);
/// How often a command is decided about when others are first.
pub const EXECUTE_ATTEMPTS: u32 = 10;
/// The longest wait before the second attempt; each later one may take twice as long.
pub const EXECUTE_RETRY: Duration = Duration::from_millis(2);
/// Times that a decision across streams is taken before it gives up.
pub const DECISION_ATTEMPTS: u32 = 16;
/// The longest pause before a decision is taken anew.
pub const DECISION_BACKOFF_MAX: Duration = Duration::from_millis(64);
/// Longest name of a table of documents, in bytes.
pub const TABLE_NAME_MAX: usize = 256;
/// Longest key of a document, in bytes.
pub const DOCUMENT_KEY_MAX: usize = 512;
/// Documents that one commit writes.
pub const COMMIT_WRITES_MAX: usize = 100_000;
/// Events that a policy, a saga or a projection handles between two checkpoints.
pub const FOLLOW_PAGE: usize = 512;
/// The pause before a policy, a saga or a projection tries again what its store did not do.
pub const FOLLOW_RETRY: Duration = Duration::from_millis(10);
/// The longest such pause.
pub const FOLLOW_RETRY_MAX: Duration = Duration::from_secs(5);
/// Keys of one policy or saga that are handled at a time.
pub const FOLLOW_WIDTH: usize = 64;
/// How often a command of a policy is tried when it fails for a reason that may pass.
pub const POLICY_ATTEMPTS: u32 = 8;
/// How often a command of a saga is tried when it fails for a reason that may pass.
pub const SAGA_ATTEMPTS: u32 = 12;
/// Commands of one instance of a saga that are given at a time.
pub const SAGA_WIDTH: usize = 16;
/// Instances of a saga that are kept in memory.
pub const SAGAS_LOADED_MAX: usize = 10_000;
/// An instance of a saga that was not needed for this long, or up to twice as long, leaves memory.
pub const SAGA_IDLE: Duration = Duration::from_secs(60);
/// The longest that a durable timer sleeps before it looks at the clock again, which may have been
/// set.
pub const TIMER_SLICE: Duration = Duration::from_secs(60);
/// Events that a projection folds between two checkpoints while it is far behind.
pub const PROJECTION_PAGE: usize = 8_192;
/// Rows that a projection keeps in memory while it follows events, besides those of one page.
pub const PROJECTION_ROWS_MAX: usize = 100_000;
/// How long a command waits for inline projections. They go on; it is answered.
pub const INLINE_WAIT: Duration = Duration::from_secs(5);
/// How long one attempt of a task may take.
pub const TASK_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a task is tried when it fails for a reason that may pass.
pub const TASK_ATTEMPTS: u32 = 8;
/// Tasks of one type that run side by side.
pub const TASK_CONCURRENCY: usize = 8;
/// Tasks of one type that wait in memory; the others wait in the store.
pub const TASKS_LOADED_MAX: usize = 10_000;
/// How much longer than an attempt may take its process is believed to be at it.
pub const TASK_GRACE: Duration = Duration::from_secs(5);
/// The shortest interval of a schedule.
pub const SCHEDULE_INTERVAL_MIN: Duration = Duration::from_millis(1);
/// Commands of schedules that are carried out at a time.
pub const SCHEDULE_WIDTH: usize = 64;
/// By how much a clock has to be set back for schedules by the calendar to begin anew. When it is less,
/// each of their times comes once.
pub const SCHEDULE_SET_BACK: Duration = Duration::from_secs(3 * 60 * 60);
/// How often an event is handed to an outlet that cannot take it for a reason that may pass.
pub const OUTLET_ATTEMPTS: u32 = 16;
/// Longest id, source and type of an event that comes from elsewhere, in bytes. Id and source together
/// are the key of a stream.
pub const CLOUD_EVENT_ATTRIBUTE_MAX: usize = 255;
/// Dead letters that are kept; of what comes after that, only its sender hears.
pub const DEAD_LETTERS_MAX: usize = 4096;
