//! Times by the calendar, as the crate `croner` reads them.

use crate::message::Timestamp;

/// The first time after `after` that `pattern` names, in UTC; none when there is none any more.
#[cfg(feature = "cron")]
pub(super) fn next(pattern: &str, after: Timestamp) -> Result<Option<Timestamp>, String> {
    use std::str::FromStr;
    use std::time::Duration;

    use chrono::{DateTime, Utc};
    use croner::Cron;
    use croner::errors::CronError;

    let cron = Cron::from_str(pattern).map_err(|error| error.to_string())?;
    let seconds = i64::try_from(after.0.as_secs()).ok();
    let from = seconds.and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
    let Some(from) = from else { return Ok(None) };
    match cron.find_next_occurrence(&from, false) {
        Ok(next) => {
            let seconds = u64::try_from(next.timestamp()).unwrap_or_default();
            Ok(Some(Timestamp(Duration::from_secs(seconds))))
        }
        Err(CronError::TimeSearchLimitExceeded) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Nobody can say.
#[cfg(not(feature = "cron"))]
pub(super) fn next(pattern: &str, after: Timestamp) -> Result<Option<Timestamp>, String> {
    let _ = (pattern, after);
    Err("this program was built without the feature `cron`".to_owned())
}

#[cfg(all(test, feature = "cron"))]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(Duration::from_secs(seconds))
    }

    /// 2023-11-14T22:13:20Z, a Tuesday.
    const NOW: u64 = 1_700_000_000;

    #[test]
    fn the_next_time_is_after_now_in_utc() {
        let nine_on_monday = 1_700_470_800;
        let half_past = Timestamp(Duration::from_millis(NOW * 1000 + 500));
        for (pattern, after, expected) in [
            ("0 9 * * MON", at(NOW), nine_on_monday),
            ("0 9 * * 1", at(nine_on_monday), nine_on_monday + 7 * 86_400),
            ("* * * * *", at(NOW), NOW + 40),
            ("* * * * * *", half_past, NOW + 1),
            ("@hourly", at(NOW), NOW + 2_800),
        ] {
            assert_eq!(next(pattern, after), Ok(Some(at(expected))), "{pattern}");
        }
    }

    #[test]
    fn what_never_comes_is_said_to_and_what_means_nothing_is_refused() {
        assert_eq!(next("0 0 30 2 *", at(NOW)), Ok(None));
        for pattern in ["", "every monday", "61 * * * *", "* * * * * * * *"] {
            assert!(next(pattern, at(NOW)).is_err(), "{pattern}");
        }
        assert_eq!(next("* * * * *", Timestamp(Duration::MAX)), Ok(None));
    }
}
