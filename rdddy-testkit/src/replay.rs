//! One schedule, as text: what is printed for a failure, and read back to run it again.

use std::fmt;
use std::str::FromStr;

use rdddy_core::simulation::Schedule;

/// The environment variable that narrows a test down to one schedule.
pub(crate) const VARIABLE: &str = "RDDDY_REPLAY";

/// One schedule of a test: `seed:17`, or the choices themselves, `script:0,2,1`. Where fewer crashes
/// are to be injected than the test asks for, ` crashes:1` follows.
///
/// ```
/// use rdddy_testkit::Replay;
///
/// let replay: Replay = "script:0,2,1 crashes:1".parse()?;
/// assert_eq!(replay.to_string(), "script:0,2,1 crashes:1");
/// assert!("sed:17".parse::<Replay>().is_err());
/// # Ok::<(), rdddy_testkit::BadReplay>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    pub(crate) schedule: Schedule,
    /// Crashes to inject at most, if that is not what the test says.
    pub(crate) crashes: Option<u32>,
}

impl Replay {
    /// What the environment asks for, if anything.
    pub(crate) fn requested() -> Result<Option<Self>, BadReplay> {
        match std::env::var(VARIABLE) {
            Ok(text) => text.parse().map(Some),
            Err(_) => Ok(None),
        }
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schedule {
            Schedule::Seeded(seed) => write!(f, "seed:{seed}")?,
            Schedule::Scripted(script) => {
                let choices: Vec<_> = script.iter().map(ToString::to_string).collect();
                write!(f, "script:{}", choices.join(","))?;
            }
            // In order: every choice is the first.
            _ => f.write_str("script:")?,
        }
        match self.crashes {
            Some(crashes) => write!(f, " crashes:{crashes}"),
            None => Ok(()),
        }
    }
}

/// A text that does not name a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadReplay(String);

impl fmt::Display for BadReplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BadReplay(text) = self;
        write!(f, "\"{text}\" is not a schedule: write `seed:17` or `script:0,2,1`")
    }
}

impl std::error::Error for BadReplay {}

impl FromStr for Replay {
    type Err = BadReplay;

    fn from_str(text: &str) -> Result<Self, BadReplay> {
        parse(text).ok_or_else(|| BadReplay(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Replay> {
    let mut words = text.split_whitespace();
    let (kind, value) = words.next()?.split_once(':')?;
    let schedule = match kind {
        "seed" => Schedule::Seeded(value.parse().ok()?),
        "script" if value.is_empty() => Schedule::Scripted(Vec::new()),
        "script" => {
            let choices = value.split(',').map(str::parse).collect::<Result<_, _>>();
            Schedule::Scripted(choices.ok()?)
        }
        _ => return None,
    };
    let crashes = match words.next() {
        Some(word) => Some(word.strip_prefix("crashes:")?.parse().ok()?),
        None => None,
    };
    words.next().is_none().then_some(Replay { schedule, crashes })
}
