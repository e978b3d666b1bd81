#[rdddy_testkit::test(seeds = 7)]
async fn it_works() {}

fn main() {}
