#[rdddy_testkit::test]
fn it_works() {}

fn main() {}
