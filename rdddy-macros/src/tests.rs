//! What must agree: tables and documentation, codes and pages and compile-fail cases.

use std::fs;
use std::path::Path;

use crate::actor::options::{ACTOR, HANDLER};
use crate::aggregate::options::AGGREGATE;
use crate::domain_error::options::DOMAIN;
use crate::entity::options::ENTITY;
use crate::id::options::ID;
use crate::message::options::{COMMAND, EVENT, QUERY};
use crate::support::codes::Code;
use crate::testkit::{EXPLORE, TEST};
use crate::value::options::VALUE;

/// Found by the traits of the core, and by the compiler at what the macros generate.
const FOUND_BY_TYPES: [&str; 24] = [
    "E004", "E006", "E007", "E009", "E010", "E016", "E017", "E043", "E045", "E060", "E061", "E062",
    "E063", "E064", "E070", "E071", "E074", "E075", "E080", "E081", "E085", "E090", "E091", "E101",
];

#[test]
fn the_documentation_lists_the_options_of_the_tables() {
    for (table, file) in [
        (&ACTOR, "actor/actor.md"),
        (&HANDLER, "actor/handler.md"),
        (&COMMAND, "message/command.md"),
        (&QUERY, "message/query.md"),
        (&EVENT, "message/event.md"),
        (&VALUE, "value/value.md"),
        (&DOMAIN, "domain_error/domain.md"),
        (&ENTITY, "entity/entity.md"),
        (&ID, "id/id.md"),
        (&TEST, "testkit/test.md"),
        (&EXPLORE, "testkit/explore.md"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        let expected = table.document();
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &expected).expect("the page can be written");
        }
        let page = fs::read_to_string(&path).expect("the page exists");
        assert_eq!(page, expected, "{file} is out of date: run this test with BLESS=1");
    }
}

#[test]
fn the_documentation_of_aggregates_lists_their_options() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/aggregate/aggregate.md");
    let page = fs::read_to_string(&path).expect("the page exists");
    assert!(
        page.contains(&AGGREGATE.document()),
        "expected in aggregate.md:\n{}",
        AGGREGATE.document()
    );
}

#[test]
fn every_code_has_a_page_and_a_compile_fail_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !root.join("docs").is_dir() {
        return; // published on its own, without the pages
    }
    let texts = texts_in(&root.join("tests/ui"));
    let codes = Code::ALL.iter().map(|code| format!("{code:?}"));
    for code in codes.chain(FOUND_BY_TYPES.map(str::to_owned)) {
        let page = root.join("docs/errors").join(format!("{code}.md"));
        let page = fs::read_to_string(&page).unwrap_or_else(|_| panic!("{code} has no page"));
        assert!(page.starts_with(&format!("# {code}:")), "{code}: the title");
        assert!(page.lines().count() <= 40, "{code}: the page is long");
        // What the compiler says by itself has no code: the case names it in a comment.
        let named = format!("rdddy::{code}");
        assert!(texts.iter().any(|text| text.contains(&named)), "{code} has no compile-fail case");
    }
}

fn texts_in(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            texts.extend(texts_in(&path));
        } else {
            texts.push(fs::read_to_string(&path).expect("the text can be read"));
        }
    }
    texts
}
