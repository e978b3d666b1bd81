//! Where the events are kept, by the command line.

use std::ffi::OsString;
use std::io::BufRead;
use std::path::PathBuf;

use super::summary::Summary;

/// The command line.
pub(crate) struct Arguments {
    pub(crate) orders: PathBuf,
    /// Where the events stay; without it, they are thrown away at the end.
    pub(crate) store: Option<PathBuf>,
}

impl Arguments {
    /// # Errors
    ///
    /// What is wrong with them.
    pub(crate) fn parse(given: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bookstore/orders.jsonl");
        let (mut orders, mut store) = (None, None);
        let mut given = given.into_iter();
        while let Some(argument) = given.next() {
            let text = argument.to_string_lossy();
            if text == "--store" {
                let place = given.next().ok_or("`--store` needs the path of a file")?;
                let text = place.to_string_lossy();
                if text.contains("://") && !is_postgres(&text) {
                    return Err(format!(
                        "`--store` takes the path of a file, or with `--features postgres` an \
                         address postgres://…, not {place:?}"
                    ));
                }
                store = Some(place.into());
            } else if text.starts_with("--") || orders.is_some() {
                return Err(format!("{text:?} is not understood: give [FILE] [--store FILE]"));
            } else {
                orders = Some(argument.into());
            }
        }
        Ok(Arguments { orders: orders.unwrap_or_else(|| shipped.into()), store })
    }
}

/// Whether the place is a database that this program was built for.
fn is_postgres(place: &str) -> bool {
    cfg!(feature = "postgres") && place.starts_with("postgres://")
}

/// Runs orders through a bookstore whose events are kept there.
pub(crate) async fn run(orders: impl BufRead, store: Option<PathBuf>) -> rdddy::Result<Summary> {
    #[cfg(feature = "postgres")]
    if let Some(address) =
        store.as_ref().and_then(|place| place.to_str()).filter(|p| is_postgres(p))
    {
        return super::run(orders, rdddy::PostgresStore::connect(address).await?).await;
    }
    run_here(orders, store).await
}

/// Runs orders through a bookstore whose events are in this file, or in a temporary one.
#[cfg(feature = "embedded")]
async fn run_here(orders: impl BufRead, store: Option<PathBuf>) -> rdddy::Result<Summary> {
    use rdddy::EmbeddedStore;
    use rdddy::embedded::Durability;

    if let Some(path) = store {
        return super::run(orders, EmbeddedStore::open(path)?).await;
    }
    let folder = std::env::temp_dir().join(format!("bookstore-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    // Nobody needs it after a power loss.
    let builder = EmbeddedStore::builder().durability(Durability::Normal);
    let summary = match builder.open(folder.join("bookstore.db")) {
        Ok(store) => super::run(orders, store).await,
        Err(error) => Err(error.into()),
    };
    std::fs::remove_dir_all(&folder)?;
    summary
}

/// Runs orders through a bookstore whose events are in memory.
#[cfg(not(feature = "embedded"))]
async fn run_here(orders: impl BufRead, store: Option<PathBuf>) -> rdddy::Result<Summary> {
    match store {
        None => super::run(orders, rdddy::store::MemoryStore::new()).await,
        Some(_) => Err("`--store` needs a file to be kept in: add `--features embedded`".into()),
    }
}
