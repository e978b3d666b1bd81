//! The derive `Id`.

use super::id;
use crate::support::testing::{assert_mistakes, expansion, implemented, tokens};

#[test]
fn numbers_are_copied_and_texts_are_checked() {
    let traits = |item| implemented(&expansion(&id(tokens(item))).0);
    assert!(traits("struct A(u64);").contains(&"Copy".to_owned()));
    assert!(!traits("struct A(String);").contains(&"Copy".to_owned()));
    assert!(id(tokens("struct A(u128);")).to_string().contains("fn generate"));
    assert!(!id(tokens("struct A(u64);")).to_string().contains("fn generate"));
    assert!(id(tokens("struct A(std::string::String);")).to_string().contains("checked_id_text"));
}

#[test]
fn an_id_is_one_private_field() {
    for (item, mistakes) in [
        ("enum A { B }", "rdddy::E046: an id is a struct of one"),
        ("struct A(u64, u64);", "rdddy::E046: an id is a struct of one"),
        ("struct A { a: u64 }", "rdddy::E046: an id is a struct of one"),
        ("struct A<T>(T);", "rdddy::E046: an id is a struct of one"),
        ("struct A(pub u64);", "rdddy::E046: the field of an id is private"),
        ("struct A(Vec<u8>);", "rdddy::E046: an id is not made of `Vec<u8>`"),
    ] {
        assert_mistakes(&id(tokens(item)), &[mistakes]);
    }
}
