//! Views: what a person sees of read models, and what becomes of what they do.

mod input;
mod page;
mod seen;
