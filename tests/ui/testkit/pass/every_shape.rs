#![deny(warnings)]

#[rdddy_testkit::test]
async fn without_a_world() {}

#[rdddy_testkit::test(seed = 7)]
async fn with_a_result(_world: &mut rdddy_testkit::World) -> Result<(), std::fmt::Error> {
    Ok(())
}

#[rdddy_testkit::explore(seeds = 10, crashes, exhaustive)]
#[should_panic(expected = "a defect")]
async fn that_panics(_: &mut rdddy_testkit::World) {
    panic!("a defect");
}

fn main() {}
