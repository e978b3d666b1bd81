//! The form of the sources, as a test: what `ARCHITECTURE.md` says is absent, is absent.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const CRATES: [&str; 6] = [
    "src",
    "rdddy-core/src",
    "rdddy-macros/src",
    "rdddy-testkit/src",
    "adapters/rdddy-postgres/src",
    "adapters/rdddy-sqlite/src",
];

/// What each module of the core may use of the others.
const EDGES: [(&str, &[&str]); 9] = [
    ("message", &[]),
    ("domain", &["message", "limits"]),
    ("model", &["message", "limits"]),
    ("seam", &["message", "limits"]),
    ("store", &["message", "model", "seam", "limits"]),
    ("runtime", &["message", "model", "seam", "limits"]),
    ("host", &["message", "domain", "model", "store", "runtime", "seam", "limits"]),
    ("process", &["message", "domain", "store", "runtime", "host", "seam", "limits"]),
    ("view", &["message", "store", "runtime", "host", "process", "seam"]),
];

/// What only the seam may name.
const SEAM_ONLY: [&str; 6] = [
    "tokio::time",
    "tokio::spawn",
    "tokio::runtime",
    "tokio::task",
    "SystemTime::now",
    "RandomState",
];

/// Lines of a file, tests apart, at which to ask what it hides.
const LINES_MAX: usize = 500;

fn sources(folder: &str) -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut open = vec![root.join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path).expect("a folder of the sources can be read") {
                open.push(entry.expect("an entry can be read").path());
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            found.insert(path.strip_prefix(root).unwrap_or(&path).to_path_buf(), text);
        }
    }
    assert!(!found.is_empty(), "there are no sources in {folder}");
    found
}

/// All library sources that break a rule, with what breaks it.
fn offences(rule: impl Fn(&Path, &str) -> Option<String>) -> Vec<String> {
    let files = CRATES.into_iter().flat_map(sources);
    files
        .filter_map(|(path, text)| Some(format!("{}: {}", path.display(), rule(&path, &text)?)))
        .collect()
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        let part = part.as_os_str().to_string_lossy();
        part.starts_with("tests") || part.contains("loom_models")
    })
}

/// The code of a file, without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = offences(|path, text| {
        let head = text.lines().next().unwrap_or_default();
        let says = head.starts_with("//!") || head.starts_with("#![doc");
        (!says && !is_test(path)).then(|| "does not begin with a `//!` line".to_owned())
    });
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn no_file_is_long() {
    let long = offences(|path, text| {
        let lines = text.lines().count();
        (lines > LINES_MAX && !is_test(path)).then(|| format!("{lines} lines"))
    });
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn nothing_is_left_for_later() {
    let later = offences(|_, text| {
        ["TODO", "FIXME", "XXX"].into_iter().find(|word| text.contains(word)).map(str::to_owned)
    });
    assert_eq!(later, Vec::<String>::new());
}

#[test]
fn every_documented_example_is_compiled() {
    let ignored = offences(|_, text| {
        text.contains("```ignore").then(|| "an example that is ignored".to_owned())
    });
    assert_eq!(ignored, Vec::<String>::new());
}

#[test]
fn the_modules_of_the_core_use_one_another_in_one_direction() {
    let mut wrong = Vec::new();
    for (module, allowed) in EDGES {
        let files = sources(&format!("rdddy-core/src/{module}"));
        for (path, text) in files.into_iter().filter(|(path, _)| !is_test(path)) {
            for line in code(&text) {
                for used in line.split("crate::").skip(1) {
                    let name: String =
                        used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    let known = EDGES.iter().any(|(other, _)| *other == name);
                    if known && name != module && !allowed.contains(&name.as_str()) {
                        wrong.push(format!("{}: uses {name}", path.display()));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_seam_names_the_clock_the_spawner_and_the_dice() {
    let mut wrong = Vec::new();
    for module in ["message", "domain", "model", "store", "runtime", "host", "process", "view"] {
        let folder = format!("rdddy-core/src/{module}");
        for (path, text) in sources(&folder) {
            for line in code(&text) {
                for name in SEAM_ONLY.into_iter().filter(|name| line.contains(name)) {
                    wrong.push(format!("{}: names {name}", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_its_adapter_names_a_database() {
    for (folder, names) in [
        ("adapters/rdddy-sqlite", ["rusqlite", "SQLite"]),
        ("adapters/rdddy-postgres", ["tokio_postgres", "PostgreSQL"]),
    ] {
        let named = offences(|path, text| {
            let name = names.into_iter().find(|name| code(text).any(|line| line.contains(name)))?;
            (!path.starts_with(folder)).then(|| format!("names {name}"))
        });
        assert_eq!(named, Vec::<String>::new());
    }
}

#[test]
fn every_use_of_unsafe_code_stands_in_a_module_that_argues_for_it() {
    let unargued = offences(|path, text| {
        let uses = code(text).any(|line| {
            line.contains("unsafe {") || line.contains("unsafe fn") || line.contains("unsafe impl")
        });
        let argues = text.contains("expect(unsafe_code, reason");
        let macros = path.starts_with("rdddy-macros");
        (uses && !argues && !macros).then(|| "unsafe code without a reason".to_owned())
    });
    assert_eq!(unargued, Vec::<String>::new());
}
