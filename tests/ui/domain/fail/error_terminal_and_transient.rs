use rdddy::prelude::*;

#[derive(Debug, DomainError, thiserror::Error)]
enum OrderError {
    #[error("busy")]
    #[domain(terminal, transient)]
    Busy,
}

fn main() {}
