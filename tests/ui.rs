//! What the compiler says about each mistake, and what it accepts: one case per file.

use std::fmt::Write;
use std::path::PathBuf;
use std::{fs, io};

#[test]
fn mistakes_are_explained_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/*/pass/*.rs");
    cases.pass(error_pages().expect("the pages can be read"));
    cases.compile_fail("tests/ui/*/fail/*.rs");
}

/// What the pages of the error codes call right, in one file with a module for each.
fn error_pages() -> io::Result<PathBuf> {
    let mut pages: Vec<_> =
        fs::read_dir("docs/errors")?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    pages.sort();
    let mut program = String::from("#![allow(dead_code)]\n\nfn main() {}\n");
    for path in pages {
        let page = fs::read_to_string(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        for (number, example) in page.split("```rust\n").skip(1).enumerate() {
            let example = example.split("```").next().unwrap_or_default();
            writeln!(program, "\nmod {name}_{number} {{\n{example}}}").map_err(io::Error::other)?;
        }
    }
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("error_pages.rs");
    fs::write(&file, program)?;
    Ok(file)
}
