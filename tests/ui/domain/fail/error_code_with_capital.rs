use rdddy::prelude::*;

#[derive(Debug, DomainError, thiserror::Error)]
#[error("busy")]
#[domain(code = "sales.Busy")]
struct Busy;

fn main() {}
