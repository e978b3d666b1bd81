#![deny(warnings)]

use rdddy::prelude::*;

macro_rules! counter {
    ($name:ident, $add:ident, $number:ty) => {
        #[derive(Command)]
        struct $add($number);

        struct $name($number);

        #[actor]
        impl $name {
            #[handler(when = self.0 < 10 && add.0 < 10)]
            #[requires(self.0 < 10 && add.0 < 10)]
            #[ensures(self.0 >= old(self.0) && *result == ())]
            fn add(&mut self, add: $add) {
                self.0 += add.0;
            }
        }
    };
}

counter!(Counter, Add, u64);

fn main() {}
