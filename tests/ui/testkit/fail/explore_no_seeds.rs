#[rdddy_testkit::explore(seeds = 0)]
async fn it_works() {}

fn main() {}
