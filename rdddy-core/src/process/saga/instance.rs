//! An instance as its records say, and what follows from that. Nothing here waits for anything.

use serde_json::Value;

use super::record::{Heard, Intent, Record};
use super::view::{Drift, SagaState, SagaStep, SagaView, StepState};
use super::{Saga, SagaContext, StepCommand, StepKind, Timeout, UndoOrder};
use crate::message::{MessageId, Metadata, Timestamp};
use crate::process::derived::derived_id;
use crate::store::{EventDecoder, Position, Version};

/// See the module.
pub(super) struct Instance<S: Saga> {
    pub(super) key: String,
    pub(super) version: Version,
    saga: S,
    code: Option<u32>,
    state: SagaState,
    /// What a resumed instance goes back to.
    stuck_in: Option<SagaState>,
    why: Option<String>,
    pub(super) deadline: Option<Timestamp>,
    last_heard: Position,
    /// It has heard what ends it.
    is_over: bool,
    inputs: Vec<(S::Event, Heard)>,
    runs: Vec<Run>,
    /// What the code wanted when an event was heard, until it is compared with what was written.
    wanted: Vec<(usize, StepCommand)>,
    /// The same for the compensation of a run.
    wanted_undo: Option<(usize, Option<StepCommand>)>,
    pub(super) drifts: Vec<Drift>,
}

/// A step that has begun.
struct Run {
    step: usize,
    input: usize,
    intent: Intent,
    state: StepState,
    undo: Option<Intent>,
}

/// What an instance does next.
pub(super) enum Next {
    /// Gives commands that have been written down, at the same time: those of steps, or those of
    /// compensations.
    Give { is_compensation: bool, commands: Vec<Given> },
    /// Writes down how a step is undone.
    Undo { run: usize },
    /// Writes this down.
    Write(Record),
    /// Nothing, before something is heard.
    Wait,
}

/// A command that is to be given.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) run: usize,
    pub(super) step: usize,
    pub(super) intent: Intent,
    pub(super) cause: Metadata,
}

impl<S: Saga> Instance<S> {
    pub(super) fn new(key: &str) -> Self {
        Instance {
            key: key.to_owned(),
            version: Version::NONE,
            saga: S::default(),
            code: None,
            state: SagaState::Running,
            stuck_in: None,
            why: None,
            deadline: None,
            last_heard: Position::START,
            is_over: false,
            inputs: Vec::new(),
            runs: Vec::new(),
            wanted: Vec::new(),
            wanted_undo: None,
            drifts: Vec::new(),
        }
    }

    /// The version of the code that it began with; none before it has begun.
    pub(super) fn code(&self) -> Option<u32> {
        self.code
    }

    pub(super) fn state(&self) -> SagaState {
        self.state
    }

    pub(super) fn has_heard(&self, position: &Position) -> bool {
        self.code.is_some() && self.last_heard.reached(position)
    }

    /// Changes it as a record says; an error when the record makes no sense with this code.
    pub(super) fn apply(
        &mut self,
        record: Record,
        decoder: &EventDecoder<S::Event>,
    ) -> Result<(), String> {
        match record {
            Record::Started { version, deadline } => {
                self.code = Some(version);
                self.deadline = deadline;
            }
            Record::Heard(heard) => self.hear(heard, decoder)?,
            Record::Intended { step, command } => self.begin(&step, command)?,
            Record::Accepted { run, step, .. } => self.run(run, &step)?.state = StepState::Accepted,
            Record::Refused { run, step, .. } => self.run(run, &step)?.state = StepState::Refused,
            Record::Exhausted { run, step, .. } => {
                self.run(run, &step)?.state = StepState::Exhausted;
            }
            Record::TimedOut { deadline } => {
                let _ = self.saga.timed_out();
                self.deadline = deadline;
            }
            Record::Compensating { why } => {
                self.state = SagaState::Compensating;
                self.why = Some(why);
            }
            Record::CompensationIntended { run, step, command } => {
                self.begin_undo(run, &step, command)?;
            }
            Record::Compensated { run, step } => {
                self.run(run, &step)?.state = StepState::Compensated;
            }
            Record::Stuck { why } => {
                self.stuck_in = Some(self.state);
                self.state = SagaState::NeedsOperator;
                self.why = Some(why);
            }
            Record::Resumed => {
                self.state = self.stuck_in.take().unwrap_or(SagaState::Running);
                for run in &mut self.runs {
                    // What was given up is given again.
                    let retriable = matches!(S::STEPS[run.step].kind, StepKind::Retriable);
                    if run.state == StepState::Exhausted
                        || (run.state == StepState::Refused && retriable)
                    {
                        run.state = StepState::Intended;
                    }
                }
            }
            Record::GivenUp { why } => {
                self.state = SagaState::GivenUp;
                self.why = Some(why);
            }
            Record::Completed => self.state = SagaState::Completed,
            Record::Undone => self.state = SagaState::Compensated,
        }
        Ok(())
    }

    fn hear(&mut self, heard: Heard, decoder: &EventDecoder<S::Event>) -> Result<(), String> {
        let data = serde_json::to_vec(&heard.data).map_err(|error| error.to_string())?;
        let event = decoder.decode_parts(&heard.name, heard.schema, &data);
        let event = event.map_err(|error| crate::host::with_causes(&error))?;
        let role = S::role(&event);
        let cx = context(&self.key, &heard);
        self.saga.hear(&event, &cx);
        self.wanted.clear();
        if self.state == SagaState::Running {
            for step in role.steps {
                let command = self.saga.act(*step, &event, &cx)?;
                self.wanted.extend(command.map(|command| (*step, command)));
            }
        }
        self.last_heard = heard.position.clone();
        self.is_over |= role.ends;
        self.inputs.push((event, heard));
        Ok(())
    }

    fn begin(&mut self, name: &str, intent: Intent) -> Result<(), String> {
        let step = step_called::<S>(name)?;
        let found = self.wanted.iter().position(|(wanted, _)| *wanted == step);
        let now = found.map(|found| self.wanted.remove(found).1);
        self.compare(name, &intent, now.as_ref());
        let input = self.inputs.len().saturating_sub(1);
        self.runs.push(Run { step, input, intent, state: StepState::Intended, undo: None });
        Ok(())
    }

    fn begin_undo(&mut self, at: usize, name: &str, intent: Option<Intent>) -> Result<(), String> {
        self.run(at, name)?;
        let now = match self.wanted_undo.take() {
            Some((wanted, now)) if wanted == at => now,
            _ => self.undoing(at)?,
        };
        match intent {
            Some(intent) => {
                self.compare(name, &intent, now.as_ref());
                self.runs[at].undo = Some(intent);
                self.runs[at].state = StepState::Compensating;
            }
            None => self.runs[at].state = StepState::Compensated,
        }
        Ok(())
    }

    /// What undoes a run.
    fn undoing(&mut self, at: usize) -> Result<Option<StepCommand>, String> {
        let run = &self.runs[at];
        let Some((event, heard)) = self.inputs.get(run.input) else {
            return Err(format!("`{}` acted on nothing", S::STEPS[run.step].name));
        };
        self.saga.compensate(run.step, event, &context(&self.key, heard))
    }

    fn compare(&mut self, step: &str, recorded: &Intent, now: Option<&StepCommand>) {
        let then = format!("{} {}", recorded.name, recorded.data);
        let now = now.map_or_else(
            || "nothing".to_owned(),
            |now| format!("{} {}", now.name, value(&now.json)),
        );
        if then != now {
            let (key, step) = (self.key.clone(), step.to_owned());
            self.drifts.push(Drift { key, step, recorded: then, now });
        }
    }

    /// The run with this number, which is one of the step `name`.
    fn run(&mut self, at: usize, name: &str) -> Result<&mut Run, String> {
        let step = step_called::<S>(name)?;
        let run = self.runs.get_mut(at).filter(|run| run.step == step);
        run.ok_or_else(|| format!("`{name}` has not begun"))
    }

    /// What follows from an event that was just heard.
    pub(super) fn reactions(&mut self) -> Vec<Record> {
        let Some((event, heard)) = self.inputs.last() else { return Vec::new() };
        let aborts = S::role(event).aborts && self.state == SagaState::Running;
        if aborts && self.can_be_undone(true).is_ok() {
            return vec![Record::Compensating { why: format!("{} was heard", heard.name) }];
        }
        let cause = heard.metadata.message;
        let wanted = std::mem::take(&mut self.wanted);
        let intended = wanted.iter().map(|(step, command)| {
            let step = S::STEPS[*step].name;
            let command = intent(&derivation::<S>(&self.key, step, false), cause, command);
            Record::Intended { step: step.to_owned(), command }
        });
        let records = intended.collect();
        self.wanted = wanted;
        records
    }

    /// How the run at this place is undone, to be written down.
    pub(super) fn undo(&mut self, at: usize) -> Result<Record, String> {
        let command = self.undoing(at)?;
        let run = &self.runs[at];
        let name = S::STEPS[run.step].name;
        let cause = self.inputs[run.input].1.metadata.message;
        let command = command.map(|command| {
            (intent(&derivation::<S>(&self.key, name, true), cause, &command), command)
        });
        let (command, wanted) = command.unzip();
        self.wanted_undo = Some((at, wanted));
        Ok(Record::CompensationIntended { run: at, step: name.to_owned(), command })
    }

    /// Whether what was done can still be undone; `aborting` when it is known that the pivot has failed.
    pub(super) fn can_be_undone(&self, aborting: bool) -> Result<(), ()> {
        if self.state != SagaState::Running {
            return Err(());
        }
        let pivot = S::STEPS.iter().position(|step| matches!(step.kind, StepKind::Pivot { .. }));
        let Some(pivot) = pivot else { return Ok(()) };
        if self.runs.iter().any(|run| run.step > pivot) {
            return Err(());
        }
        let open = self.runs.iter().any(|run| run.step == pivot && run.state != StepState::Refused);
        let can = !open || aborting || S::STEPS[pivot].kind.compensation().is_some();
        if can { Ok(()) } else { Err(()) }
    }

    /// What is to be written when its time is up: the first of it has been applied.
    pub(super) fn time_is_up(&mut self, now: Timestamp) -> Vec<Record> {
        let due = self.deadline.is_some_and(|deadline| deadline <= now);
        if !due || self.state != SagaState::Running || self.pivot_is_past() {
            return Vec::new();
        }
        let answer = self.saga.timed_out();
        let deadline = match answer {
            Timeout::Wait(longer) => Some(Timestamp(now.0.saturating_add(longer))),
            Timeout::Compensate | Timeout::NeedsOperator => None,
        };
        self.deadline = deadline;
        let then = match answer {
            Timeout::Wait(_) => None,
            Timeout::Compensate if self.can_be_undone(false).is_ok() => {
                Some(Record::Compensating { why: "its time was up".to_owned() })
            }
            _ => Some(Record::Stuck { why: "its time was up".to_owned() }),
        };
        std::iter::once(Record::TimedOut { deadline }).chain(then).collect()
    }

    fn pivot_is_past(&self) -> bool {
        let pivot = S::STEPS.iter().position(|step| matches!(step.kind, StepKind::Pivot { .. }));
        pivot.is_some_and(|pivot| self.runs.iter().any(|run| run.step > pivot))
    }

    pub(super) fn next(&self) -> Next {
        match self.state {
            SagaState::Running => self.next_step(),
            SagaState::Compensating => self.next_undo(),
            _ => Next::Wait,
        }
    }

    fn next_step(&self) -> Next {
        if let Some(run) = self.runs.iter().position(|run| run.state == StepState::Intended) {
            return self.give([run], false);
        }
        let last = S::STEPS.len().saturating_sub(1);
        let done = self.runs.iter().any(|run| run.step == last && run.state == StepState::Accepted);
        if self.is_over || (!S::ENDS_BY_EVENT && done) {
            return Next::Write(Record::Completed);
        }
        Next::Wait
    }

    /// All that is under way, and in what order the rest is: each is written down before it is given.
    fn next_undo(&self) -> Next {
        let mut under_way = Vec::new();
        for (at, run) in self.runs.iter().enumerate().rev() {
            match run.state {
                StepState::Compensated | StepState::Refused => {}
                StepState::Compensating if S::UNDO == UndoOrder::Parallel => under_way.push(at),
                StepState::Compensating => return self.give([at], true),
                StepState::Intended | StepState::Accepted | StepState::Exhausted => {
                    if S::STEPS[run.step].kind.compensation().is_some() {
                        return Next::Undo { run: at };
                    }
                }
            }
        }
        if under_way.is_empty() { Next::Write(Record::Undone) } else { self.give(under_way, true) }
    }

    fn give(&self, runs: impl IntoIterator<Item = usize>, is_compensation: bool) -> Next {
        let given = |at: usize| {
            let run = &self.runs[at];
            let intent = if is_compensation { run.undo.as_ref() } else { Some(&run.intent) };
            let (intent, (_, heard)) = intent.zip(self.inputs.get(run.input))?;
            let (intent, cause) = (intent.clone(), heard.metadata.clone());
            Some(Given { run: at, step: run.step, intent, cause })
        };
        let commands: Vec<_> = runs.into_iter().filter_map(given).collect();
        if commands.is_empty() { Next::Wait } else { Next::Give { is_compensation, commands } }
    }

    /// Whether the run still waits for what becomes of its command.
    pub(super) fn awaits(&self, at: usize, is_compensation: bool) -> bool {
        let awaited = if is_compensation { StepState::Compensating } else { StepState::Intended };
        self.runs.get(at).is_some_and(|run| run.state == awaited)
    }

    pub(super) fn view(&self) -> SagaView {
        let steps = self.runs.iter().map(|run| SagaStep {
            name: S::STEPS[run.step].name.to_owned(),
            command: run.intent.name.clone(),
            state: run.state,
        });
        SagaView {
            key: self.key.clone(),
            version: self.code.unwrap_or_default(),
            state: self.state,
            why: self.why.clone(),
            deadline: self.deadline,
            steps: steps.collect(),
        }
    }
}

fn context<'a>(key: &'a str, heard: &'a Heard) -> SagaContext<'a> {
    SagaContext { key, at: heard.at, metadata: &heard.metadata }
}

fn step_called<S: Saga>(name: &str) -> Result<usize, String> {
    let found = S::STEPS.iter().position(|step| step.name == name);
    found.ok_or_else(|| format!("`{}` has no step `{name}` any more", S::name()))
}

fn derivation<S: Saga>(key: &str, step: &str, is_compensation: bool) -> String {
    let undo = if is_compensation { "/undo" } else { "" };
    format!("{}/{key}/{step}{undo}", S::name())
}

fn intent(who: &str, cause: MessageId, command: &StepCommand) -> Intent {
    let id = derived_id(who, cause, 0);
    Intent { id, name: command.name.to_owned(), data: value(&command.json) }
}

/// What has just been written is JSON.
fn value(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_default()
}
