//! Rows in the file of their events.

use rdddy::EmbeddedStore;
use rdddy::prelude::*;
use rdddy::store::EventStore;
use serde::{Deserialize, Serialize};

use super::Folder;

#[derive(Command, Clone)]
struct Borrow {
    #[key]
    reader: String,
    books: u32,
}

#[derive(Event, Serialize, Deserialize)]
struct Borrowed {
    #[tag]
    reader: String,
    books: u32,
}

#[derive(Default)]
struct Reader;

#[aggregate(id = String)]
impl Reader {
    #[handler]
    fn borrow(&self, borrow: Borrow) -> Borrowed {
        Borrowed { reader: borrow.reader, books: borrow.books }
    }

    #[apply]
    fn borrowed(&mut self, _: &Borrowed) {}
}

#[derive(Default, Debug, PartialEq, Serialize, Deserialize)]
struct Loans {
    books: u32,
}

#[projection(key = reader: String, mode = inline)]
impl Loans {
    #[handler]
    fn borrowed(&mut self, event: &Borrowed) {
        self.books += event.books;
    }
}

#[tokio::test]
async fn rows_are_there_when_the_file_is_opened_again() {
    let folder = Folder::new("rows");
    let path = folder.file("library.db");
    let mut total = 0;
    for run in 1..4 {
        let store = EmbeddedStore::open(&path).unwrap();
        let head = store.head().await.unwrap();
        let system = ActorSystem::builder().store(store).projection::<Loans>();
        let system = system.start().await.unwrap();
        let loans = system.projection::<Loans>().unwrap();
        assert!(loans.wait_for(&head).await);
        for reader in ["ada", "bob", "ada"] {
            let borrow = Borrow { reader: reader.into(), books: run };
            system.execute(borrow).await.unwrap();
        }
        total += run;
        let row = |books| Some(Loans { books });
        assert_eq!(loans.get(&"ada".to_owned()).await.unwrap(), row(total * 2));
        assert_eq!(loans.get(&"bob".to_owned()).await.unwrap(), row(total));
        if run == 2 {
            loans.rebuild().await.unwrap();
            assert!(loans.ready().await);
        }
        let handled = loans.status().unwrap().serving.unwrap().handled;
        assert!(handled < 9, "it goes on where it was: {handled}");
        system.shutdown().await;
    }
}
