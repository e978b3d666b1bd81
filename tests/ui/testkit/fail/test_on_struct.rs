#[rdddy_testkit::test]
struct ItWorks;

fn main() {
    drop(ItWorks);
}
