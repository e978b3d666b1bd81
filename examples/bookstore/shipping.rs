//! Prints the labels of what was paid for.

use rdddy::prelude::*;

use super::messages::{LabelTooNarrow, PrintLabel};

/// Characters on one line of a label.
pub(crate) const LABEL_WIDTH: usize = 35;

/// The shipping department has a label printer.
pub(crate) struct Shipping;

#[actor]
impl Shipping {
    #[handler]
    fn print(&mut self, cmd: PrintLabel) -> Result<(), LabelTooNarrow> {
        let address = cmd.address;
        let (postcode, city) = (address.postcode(), address.city());
        let town = format!("{postcode} {city}, {}", address.country());
        let label = [cmd.name.value(), address.street(), &town];
        if label.iter().any(|line| line.chars().count() > LABEL_WIDTH) {
            return Err(LabelTooNarrow);
        }
        Ok(())
    }
}
