//! Scenarios: what they see, what they say when it is not so, and the pages that they write.

mod kiosk;
mod page;
mod told;
mod wrong;
