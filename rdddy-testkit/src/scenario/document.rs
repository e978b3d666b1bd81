//! A scenario as a page for people, in a file that is committed.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::lines::Line;
use super::story::{Part, Story};
use super::written::{duration, span};

/// Lists the scenarios of its folder.
const INDEX: &str = "README.md";
const INDEX_HEAD: &str =
    "# Scenarios\n\nWritten by the tests, which fail when something else happens.\n\n";

/// Compares the scenario with its file, or writes the file when the environment says
/// `RDDDY_BLESS=1`. One that is not to be written down passes.
///
/// # Panics
///
/// When they differ, when the scenario has no title, and when a file cannot be read or written.
#[expect(clippy::panic, reason = "a test fails by panicking")]
pub(super) fn check(story: &Story, test: Option<&str>) {
    let Some(folder) = &story.folder else { return };
    let name = test.map(|path| path.rsplit("::").next().unwrap_or(path).replace('_', " "));
    let Some(title) = story.title.clone().or_else(|| name.map(|name| capital(&name))) else {
        panic!("this test has no name for its scenario\nhelp: `.titled(\"..\")`");
    };
    let page = page(&title, story);
    let path = folder.join(format!("{}.md", slug(&title)));
    let bless = std::env::var_os("RDDDY_BLESS").is_some_and(|value| value == "1");
    let checked =
        if bless { bless_page(folder, &path, &page) } else { compare(folder, &path, &page) };
    if let Err(why) = checked {
        panic!("{}: {why}", path.display());
    }
}

fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// The title as the name of a file.
fn slug(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).map(str::to_lowercase);
    words.collect::<Vec<_>>().join("-")
}

fn compare(folder: &Path, path: &Path, page: &str) -> Result<(), String> {
    const HELP: &str = "help: if that is meant, run the test once with RDDDY_BLESS=1";
    let known = fs::read_to_string(path).map_err(|error| format!("{error}\n{HELP}"))?;
    // Files may be checked out with other ends of lines.
    let known = known.replace("\r\n", "\n");
    if known != page {
        let (nth, was, is) = first_difference(&known, page);
        return Err(format!("line {nth} is another one now\n- {was}\n+ {is}\n{HELP}"));
    }
    let index =
        fs::read_to_string(folder.join(INDEX)).map_err(|error| format!("{INDEX}: {error}"))?;
    if index.contains(&entry(path, page)) {
        Ok(())
    } else {
        Err(format!("{INDEX} does not list it\n{HELP}"))
    }
}

fn first_difference<'a>(was: &'a str, is: &'a str) -> (usize, &'a str, &'a str) {
    let (mut was, mut is) = (was.lines(), is.lines());
    let mut nth = 0;
    loop {
        nth += 1;
        match (was.next(), is.next()) {
            (Some(one), Some(other)) if one == other => {}
            (one, other) => return (nth, one.unwrap_or_default(), other.unwrap_or_default()),
        }
    }
}

fn bless_page(folder: &Path, path: &Path, page: &str) -> Result<(), String> {
    // Tests run side by side, and list the same folder.
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(path, page)?;
        let files = fs::read_dir(folder)?.map(|file| file.map(|file| file.path()));
        let mut files = files.collect::<io::Result<Vec<_>>>()?;
        files.retain(|path| {
            path.extension().is_some_and(|extension| extension == "md")
                && path.file_name().is_some_and(|name| name != INDEX)
        });
        files.sort();
        let mut index = INDEX_HEAD.to_owned();
        for file in files {
            index += &entry(&file, &fs::read_to_string(&file)?);
        }
        fs::write(folder.join(INDEX), index)
    };
    write().map_err(|error| format!("cannot be written: {error}"))
}

/// The line of the index about a page.
fn entry(path: &Path, page: &str) -> String {
    let title = page.lines().next().unwrap_or_default().trim_start_matches("# ");
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    format!("- [{title}]({file})\n")
}

fn page(title: &str, story: &Story) -> String {
    let mut page = format!("# {title}\n");
    for (part, lines) in &story.parts {
        let heading = match part {
            Part::Given => "Given",
            Part::When => "When",
            Part::Then => "Then",
        };
        page += &format!("\n**{heading}**\n\n");
        lines.iter().for_each(|line| page += &format!("- {line}\n"));
    }
    page += &format!("\n## Who says what to whom\n\n```mermaid\n{}```\n", story.diagram());
    page + "\n## What happens\n\n" + &table(story.lines(story.begins.unwrap_or_default()))
}

fn table(lines: Vec<Line>) -> String {
    // To the second: what is below that is the machinery's.
    let after = |line: &Line| line.after.map_or(0, |after| after.as_secs());
    let takes_time = lines.iter().any(|line| after(line) > 0);
    let mut table = "| | who | what | because of |".to_owned();
    table += if takes_time { " after |\n|---|---|---|---|---|\n" } else { "\n|---|---|---|---|\n" };
    for line in lines {
        let after = Some(after(&line)).filter(|_| takes_time).map(|seconds| match seconds {
            0 => String::new(),
            seconds => duration(Duration::from_secs(seconds)),
        });
        let nth = line.nth.map_or_else(String::new, |nth| nth.to_string());
        let what = if line.nth.is_some() { span(&line.what) } else { line.what };
        let cells = [nth, line.who, what, line.because].into_iter().chain(after);
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        table += &format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    }
    table
}
