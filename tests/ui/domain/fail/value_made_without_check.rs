mod sales {
    use rdddy::prelude::*;

    #[derive(ValueObject)]
    #[value(min = 1)]
    pub struct Quantity(u32);
}

fn make() -> sales::Quantity {
    sales::Quantity(0)
}

fn main() {}
