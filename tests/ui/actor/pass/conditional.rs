#![deny(warnings)]

use rdddy::prelude::*;

#[derive(Command)]
struct Add(u32);

struct Counter(u32);

#[actor]
impl Counter {
    #[cfg(unix)]
    #[handler]
    fn add(&mut self, add: Add) {
        self.0 += add.0;
    }

    #[cfg(not(unix))]
    #[handler]
    fn add_elsewhere(&mut self, add: Add) {
        self.0 += add.0;
    }

    #[cfg(any())]
    #[handler]
    fn never(&mut self, missing: Missing) {}

    #[cfg(any())]
    #[on_start]
    fn never_opened(&mut self) {}

    #[cfg(any())]
    #[invariant]
    fn never_checked(&self) -> bool {}
}

fn main() {}
