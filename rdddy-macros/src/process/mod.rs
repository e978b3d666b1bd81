//! What the blocks of policies, sagas, tasks and projections have in common: methods that hear events.

mod block;
mod event_set;
mod hearing;
mod options;
mod retry;
mod unique;

pub(crate) use block::{Input, check_header, parse};
pub(crate) use event_set::EventSet;
pub(crate) use hearing::{Context, Hearing, Receiver, Shape, hearing};
pub(crate) use options::BEGIN;
pub(crate) use retry::{RetryOptions, positive, time};
pub(crate) use unique::{check_one_per_event, check_one_per_type};
