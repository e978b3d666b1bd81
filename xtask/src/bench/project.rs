//! Small Cargo projects, generated to be built or looked at.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// How the packages that are compared are depended on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dependency {
    /// This workspace's.
    Rdddy,
    /// kameo, default features.
    Kameo,
    /// ractor, default features.
    Ractor,
    /// What any of them needs around it for a program of its own.
    Tokio,
}

impl Dependency {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Dependency::Rdddy => "rdddy",
            Dependency::Kameo => "kameo",
            Dependency::Ractor => "ractor",
            Dependency::Tokio => "tokio",
        }
    }

    fn line(self) -> String {
        match self {
            Dependency::Rdddy => format!("rdddy = {{ path = {:?} }}", workspace::root()),
            Dependency::Kameo => "kameo = \"0.22\"".to_owned(),
            Dependency::Ractor => "ractor = \"0.16\"".to_owned(),
            Dependency::Tokio => {
                r#"tokio = { version = "1.54", features = ["macros", "rt-multi-thread", "sync"] }"#
                    .to_owned()
            }
        }
    }
}

/// A generated project.
#[derive(Debug)]
pub(super) struct Project {
    folder: PathBuf,
}

impl Project {
    /// Writes a program `name` of this source with these dependencies.
    ///
    /// # Errors
    ///
    /// What could not be written.
    pub(super) fn write(
        name: &str,
        dependencies: &[Dependency],
        source: &str,
    ) -> Result<Self, String> {
        let folder = workspace::benches_target().join("projects").join(name);
        let lines: Vec<String> = dependencies.iter().map(|it| it.line()).collect();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [workspace]\n\n[dependencies]\n{}\n",
            lines.join("\n")
        );
        let project = Project { folder };
        write(&project.manifest(), &manifest)?;
        write(&project.main(), source)?;
        Ok(project)
    }

    /// Its `Cargo.toml`.
    pub(super) fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }

    /// Its `src/main.rs`.
    pub(super) fn main(&self) -> PathBuf {
        self.folder.join("src").join("main.rs")
    }

    /// Where it is built.
    pub(super) fn target(&self) -> PathBuf {
        self.folder.join("target")
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .map_err(|error| format!("{} could not be written: {error}", file.display()))
}
