//! What is sold, and at which price.

use super::values::{Cents, Isbn, IsbnError};

/// A book on sale.
pub(crate) struct Book {
    isbn: u64,
    pub(crate) title: &'static str,
    pub(crate) price: Cents,
    /// Copies on the shelf when the shop opens.
    pub(crate) copies: u32,
}

const fn book(isbn: u64, title: &'static str, price: u64, copies: u32) -> Book {
    Book { isbn, title, price: Cents(price), copies }
}

impl Book {
    pub(crate) fn isbn(&self) -> Result<Isbn, IsbnError> {
        Isbn::new(self.isbn)
    }
}

/// Every book that the shop sells.
pub(crate) const BOOKS: &[Book] = &[
    book(9781735974958, "Middlemarch", 1299, 115),
    book(9781735295527, "Moby-Dick", 1450, 270),
    book(9781732496149, "Walden", 899, 280),
    book(9781736569818, "Emma", 999, 140),
    book(9781734034011, "Persuasion", 899, 135),
    book(9781737008330, "Dracula", 1099, 65),
    book(9781736471913, "Frankenstein", 950, 325),
    book(9781730380679, "The Moonstone", 1199, 300),
    book(9781730655357, "Villette", 1250, 255),
    book(9781736586136, "Wuthering Heights", 999, 130),
    book(9781734056310, "Bleak House", 1699, 125),
    book(9781738433407, "Hard Times", 850, 90),
    book(9781730184444, "Great Expectations", 1150, 130),
    book(9781731796943, "The Odyssey", 1499, 390),
    book(9781734580655, "The Iliad", 1549, 55),
    book(9781735221892, "Meditations", 799, 525),
    book(9781737527695, "The Republic", 1099, 230),
    book(9781735162430, "Candide", 699, 85),
    book(9781732379602, "Germinal", 1250, 115),
    book(9781736622230, "Les Miserables", 2199, 315),
    book(9781733799560, "Madame Bovary", 1075, 35),
    book(9781733138093, "Anna Karenina", 1799, 30),
    book(9781734180206, "War and Peace", 2299, 120),
    book(9781735540771, "The Idiot", 1599, 360),
    book(9781732743212, "Dead Souls", 1199, 50),
    book(9781739861469, "Fathers and Sons", 975, 80),
    book(9781737256144, "Faust", 1350, 80),
    book(9781737383451, "Effi Briest", 1125, 55),
    book(9781738451050, "Don Quixote", 1899, 235),
    book(9781735426792, "The Betrothed", 1650, 90),
    book(9781734945614, "Leaves of Grass", 1025, 340),
    book(9781739509965, "The Awakening", 825, 270),
    book(9781732966529, "Hunger", 925, 100),
    book(9781733530422, "A Doll's House", 650, 90),
    book(9781731442437, "The Time Machine", 725, 75),
    book(9781739085674, "Treasure Island", 775, 180),
    book(9781739316198, "Kim", 875, 215),
    book(9781734102819, "Lord Jim", 1050, 60),
    book(9781737933922, "Howards End", 1099, 185),
    book(9781735440408, "The Trial", 1175, 145),
];
