use rdddy::prelude::*;

#[derive(Debug, DomainError, thiserror::Error)]
enum OrderError {
    #[error("busy")]
    #[domain(code = "sales.busy")]
    Busy,
    #[error("closed")]
    #[domain(code = "sales.busy")]
    Closed,
}

fn main() {}
