#![deny(warnings)]

use rdddy::prelude::*;

#[derive(Command)]
#[command(reply = Option<T>)]
struct Put<T>(T);

#[derive(Event)]
struct Replaced<T, const N: usize>([T; N]);

struct Slot<T>(Option<T>);

#[actor]
impl<T> Slot<T>
where
    T: Clone + Send + Sync + 'static,
{
    #[handler]
    fn put(&mut self, put: Put<T>) -> Option<T> {
        self.0.replace(put.0)
    }

    #[handler]
    async fn replaced(&mut self, replaced: &Replaced<T, 3>) {
        self.0 = replaced.0.first().cloned();
    }
}

fn main() {}
