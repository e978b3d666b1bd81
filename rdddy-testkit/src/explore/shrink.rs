//! Shortening a failing schedule: fewer crashes, then fewer choices that matter.

use rdddy_core::simulation::{Choice, CrashPlan, Schedule};

use crate::report::{Broken, Scene};
use crate::run::{Plan, once};
use crate::verdict::Verdict;
use crate::world::World;

/// A failing run.
pub(super) struct Found {
    pub(super) plan: Plan,
    pub(super) choices: Vec<Choice>,
    pub(super) broken: Broken,
    pub(super) scene: Scene,
}

/// A shorter schedule that fails in the same way, as far as `runs` runs find one.
pub(super) fn shrink<T: Verdict>(
    found: Found,
    runs: u32,
    body: &impl AsyncFn(&mut World) -> T,
) -> Found {
    let mut shrinking = Shrinking { found, left: runs, body };
    shrinking.fewer_crashes();
    shrinking.shorter();
    shrinking.plainer();
    shrinking.found
}

struct Shrinking<'a, B> {
    found: Found,
    left: u32,
    body: &'a B,
}

impl<T: Verdict, B: AsyncFn(&mut World) -> T> Shrinking<'_, B> {
    /// Keeps `plan` if it fails like the run that was found.
    fn attempt(&mut self, plan: Plan) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let ran = once(&plan, self.body);
        match ran.ended {
            Err(failed) if failed.0.is_like(&self.found.broken) => {
                let (broken, scene) = *failed;
                self.found = Found { plan, choices: ran.choices, broken, scene };
                true
            }
            _ => false,
        }
    }

    fn attempt_script(&mut self, script: Vec<u32>) -> bool {
        let plan = Plan { schedule: Schedule::Scripted(script), ..self.found.plan.clone() };
        self.attempt(plan)
    }

    fn fewer_crashes(&mut self) {
        let Some(plan) = self.found.plan.crashes else { return };
        for at_most in 0..plan.at_most {
            let crashes = Some(CrashPlan { at_most, ..plan });
            if self.attempt(Plan { crashes, ..self.found.plan.clone() }) {
                return;
            }
        }
    }

    /// Looks for the shortest beginning after which everything may go in order.
    fn shorter(&mut self) {
        let choices: Vec<u32> = self.found.choices.iter().map(|choice| choice.taken).collect();
        if self.left == 0 || self.attempt_script(Vec::new()) {
            return;
        }
        let (mut passes, mut fails) = (0, choices.len());
        while passes + 1 < fails {
            let middle = passes + (fails - passes) / 2;
            if self.attempt_script(choices.iter().take(middle).copied().collect()) {
                fails = middle;
            } else {
                passes = middle;
            }
        }
        // Nothing shorter: the same run, by its choices. What it was found by may be a seed.
        if fails == choices.len() {
            self.attempt_script(choices);
        }
    }

    /// Puts the first alternative in the place of as many choices as possible: large pieces first.
    fn plainer(&mut self) {
        let Some(length) = self.script().map(|script| script.len()) else { return };
        let mut piece = length;
        while piece > 0 && self.left > 0 {
            for from in (0..length).step_by(piece) {
                let Some(mut script) = self.script() else { return };
                let end = script.len().min(from + piece);
                let Some(part) = script.get_mut(from..end) else { continue };
                if part.iter().any(|taken| *taken != 0) {
                    part.fill(0);
                    while script.last() == Some(&0) {
                        script.pop();
                    }
                    self.attempt_script(script);
                }
            }
            piece /= 2;
        }
    }

    fn script(&self) -> Option<Vec<u32>> {
        match &self.found.plan.schedule {
            Schedule::Scripted(script) => Some(script.clone()),
            _ => None,
        }
    }
}
