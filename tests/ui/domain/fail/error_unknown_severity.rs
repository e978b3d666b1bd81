use rdddy::prelude::*;

#[derive(Debug, DomainError, thiserror::Error)]
#[error("busy")]
#[domain(severity = warn)]
struct Busy;

fn main() {}
