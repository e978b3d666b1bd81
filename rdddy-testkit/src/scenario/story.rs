//! What a scenario has told so far.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use rdddy_core::store::MemoryStore;

use super::happened::Happened;
use super::lines::{Line, Lines};
use super::moment::{Asked, Mark};
use super::outcome::Rejection;
use super::written::short;
use super::{diagram, document};
use crate::log::EventLog;

/// The scenarios of one test.
#[derive(Clone, Default)]
pub(crate) struct Stories(Rc<RefCell<Vec<Rc<RefCell<Story>>>>>);

/// One part of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Given,
    When,
    Then,
}

/// See the module.
pub(crate) struct Story {
    pub(super) title: Option<String>,
    /// Where it is to be written down.
    pub(super) folder: Option<PathBuf>,
    /// What was said, part by part, in Markdown.
    pub(super) parts: Vec<(Part, Vec<String>)>,
    /// Where the scene is set.
    pub(super) begins: Option<Mark>,
    /// Of the last command, as long as nobody has asked for it.
    pub(super) rejection: Option<Rejection>,
    pub(super) asked: Asked,
    disk: MemoryStore,
    log: EventLog,
    /// Whether the process may die in it.
    disturbed: bool,
}

impl Stories {
    pub(crate) fn begin(
        &self,
        disk: MemoryStore,
        log: EventLog,
        disturbed: bool,
    ) -> Rc<RefCell<Story>> {
        let story = Rc::new(RefCell::new(Story {
            title: None,
            folder: None,
            parts: Vec::new(),
            begins: None,
            rejection: None,
            asked: Asked::new(),
            disk,
            log,
            disturbed,
        }));
        self.0.borrow_mut().push(Rc::clone(&story));
        story
    }

    /// When the test is over: nothing was rejected without being expected to be, and what is written
    /// down is what happened. `test` is the name of the test, and `in_order` whether nothing was left
    /// to chance.
    ///
    /// # Panics
    ///
    /// When it is not so.
    pub(crate) fn conclude(&self, test: Option<&str>, in_order: bool) {
        for story in self.0.borrow().iter() {
            let story = story.borrow();
            story.demand_no_rejection();
            if in_order && !story.disturbed {
                document::check(&story, test);
            }
        }
    }
}

impl Story {
    pub(super) fn happened(&self) -> Happened {
        Happened::read(&self.disk, &self.log)
    }

    pub(super) fn part(&self) -> Option<Part> {
        self.parts.last().map(|(part, _)| *part)
    }

    pub(super) fn tell(&mut self, part: Part, line: String) {
        match self.parts.last_mut() {
            Some((last, lines)) if *last == part => lines.push(line),
            _ => self.parts.push((part, vec![line])),
        }
    }

    /// # Panics
    ///
    /// When a command was rejected and nobody has said that it should be.
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong expectation fails the test")]
    pub(super) fn demand_no_rejection(&self) {
        if let Some(Rejection { command, text, .. }) = &self.rejection {
            panic!(
                "`{}` was rejected: {text}\nhelp: if it should be, say so: `.then_rejects(..)`",
                short(command)
            );
        }
    }

    /// What has happened since `mark`, in lines for people.
    pub(super) fn lines(&self, mark: Mark) -> Vec<Line> {
        Lines::new(&self.happened(), mark, &self.asked).all()
    }

    /// The messages of what has happened since the scene was set, as a Mermaid sequence diagram.
    pub(super) fn diagram(&self) -> String {
        diagram::draw(self.begins.unwrap_or_default(), &self.happened(), &self.asked)
    }
}
