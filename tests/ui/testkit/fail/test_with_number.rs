#[rdddy_testkit::test]
async fn it_works(number: u32) {
    assert_eq!(number, 5);
}

fn main() {}
