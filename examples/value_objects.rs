//! Values that cannot be wrong, typed ids, and refusals that programs understand.
//!
//! Run it: `cargo run --example value_objects`
//!
//! What you see: what is refused, by whichever way it comes, and why; that data about a person does
//! not show; which of two customers is which; what a refusal says to a program.

use rdddy::prelude::*;

bounded_context!("library");

/// No wrong one can exist: `new`, `parse`, `TryFrom` and serde all go through the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueObject)]
#[value(range = 1..=5, message = "at most five books are lent at once")]
struct Copies(u32);

/// It is changed before it is checked, and it says something about a person.
#[derive(Clone, PartialEq, Eq, ValueObject)]
#[value(personal, normalize = trim, max_chars = 80)]
#[value(check = value.contains('@'), message = "an address has an @", examples = ["a@b.org"])]
struct Email(String);

/// Rules may be about several fields at once.
#[derive(Clone, Debug, PartialEq, Eq, ValueObject)]
#[value(check = from <= to, message = "a loan ends after it begins")]
struct Loan {
    from: u32,
    to: u32,
}

/// The number of a reader cannot be taken for that of a book.
#[derive(Id)]
struct ReaderId(u64);

/// One reader is the same one with another address.
#[derive(Clone, Debug, Entity)]
struct Reader {
    #[id]
    id: ReaderId,
    email: Email,
}

#[derive(Debug, DomainError, thiserror::Error)]
enum LendError {
    #[error("reader {0} has too many books")]
    TooMany(ReaderId),
    #[error("the book is being bound")]
    #[domain(transient, severity = info)]
    AtTheBinder,
}

/// Tries a few values, and returns what is to be printed.
pub(crate) fn run() -> rdddy::Result<String> {
    let mut out = String::new();
    let mut say = |line: String| out.extend([line, "\n".to_owned()]);

    say(format!("{} copies", Copies::new(3)?));
    let ways = [
        Copies::new(6).map_err(|error| error.to_string()),
        "6".parse::<Copies>().map_err(|error| error.to_string()),
        serde_json::from_str::<Copies>("6").map_err(|error| error.to_string()),
    ];
    ways.into_iter().filter_map(Result::err).for_each(&mut say);
    if let Err(reversed) = Loan::new(9, 2) {
        say(reversed.to_string());
    }

    let ada = Reader { id: ReaderId::new(1), email: Email::new(" ada@example.org ")? };
    let moved = Reader { email: Email::new("ada@example.net")?, ..ada.clone() };
    say(format!("{:?}, whose address has {} characters", ada, ada.email.value().len()));
    say(format!("with another address, the same reader: {}", ada == moved));

    for error in [LendError::TooMany(ada.id), LendError::AtTheBinder] {
        let (code, transient) = (error.code(), error.is_transient());
        say(format!("{code}: {error}; later, perhaps: {transient}"));
    }
    Ok(out)
}

#[expect(clippy::print_stdout, reason = "this is what an example is for")]
fn main() -> rdddy::Result<()> {
    print!("{}", run()?);
    Ok(())
}
