//! All schedules: depth first, by the choices of the run before.

use rdddy_core::simulation::{Choice, Schedule};

use super::{Attempt, Search};
use crate::verdict::Verdict;
use crate::world::World;

impl<T: Verdict, B: AsyncFn(&mut World) -> T> Search<'_, B> {
    /// Tries all schedules, but no more than `at_most`; whether that left some untried.
    pub(super) fn all(&mut self, at_most: u64) -> (Attempt<T>, bool) {
        let mut script = Some(Vec::new());
        let mut last = Attempt::Passed(None);
        while let Some(next) = script {
            if self.tried >= at_most {
                return (last, true);
            }
            last = self.attempt(Schedule::Scripted(next));
            if let Attempt::Failed(_) = last {
                return (last, false);
            }
            script = after(&self.latest);
        }
        (last, false)
    }
}

/// The first script after the one that led to `choices`; `None` after the last.
fn after(choices: &[Choice]) -> Option<Vec<u32>> {
    let at = choices.iter().rposition(|choice| choice.taken + 1 < choice.of)?;
    let mut script: Vec<u32> = choices.iter().take(at + 1).map(|choice| choice.taken).collect();
    if let Some(last) = script.last_mut() {
        *last += 1;
    }
    Some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_choice_that_has_an_alternative_is_varied() {
        let choices = [(0, 2), (1, 3), (1, 2)].map(|(taken, of)| Choice { taken, of });
        assert_eq!(after(&choices), Some(vec![0, 2]));
    }

    #[test]
    fn after_the_last_schedule_there_is_none() {
        let choices = [(1, 2), (2, 3)].map(|(taken, of)| Choice { taken, of });
        assert_eq!(after(&choices), None);
    }
}
