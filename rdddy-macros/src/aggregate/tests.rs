//! `#[aggregate]` and what stands inside its block.
