//! Durations as options write them: `"250us"`, `"50ms"`, `"5s"`, `"2m"`, `"1h"`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// Longest duration accepted anywhere: a hundred years, as in the core's limits.
const MAX: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

const UNITS: [(&str, u128); 5] = [
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads one duration that is neither zero nor longer than a hundred years.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let nanos_per_unit = UNITS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, n)| *n);
    let (Some(nanos_per_unit), false) = (nanos_per_unit, number.is_empty()) else {
        return Err(format!(
            "`{text}` is not a duration: it is a whole number and a unit, `us`, `ms`, `s`, `m` or `h`"
        ));
    };
    let nanos = number.parse::<u128>().ok().and_then(|n| n.checked_mul(nanos_per_unit));
    match nanos {
        Some(0) => Err(format!("`{text}` is no time at all")),
        Some(nanos) if nanos <= MAX.as_nanos() => {
            let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
            let rest = u32::try_from(nanos % 1_000_000_000).unwrap_or(0);
            Ok(Duration::new(seconds, rest))
        }
        _ => Err(format!("`{text}` is longer than a hundred years")),
    }
}

/// Reads a range of durations: `"50ms..5s"`.
pub(crate) fn parse_range(text: &str) -> Result<(Duration, Duration), String> {
    let Some((first, max)) = text.split_once("..") else {
        return Err(format!("`{text}` is not a range of durations: it is written `50ms..5s`"));
    };
    let (first, max) = (parse(first)?, parse(max)?);
    if first > max {
        return Err(format!("`{text}` ends before it begins"));
    }
    Ok((first, max))
}

/// The expression that makes `duration`, in the largest unit that fits.
pub(crate) fn expand(duration: Duration, span: Span) -> TokenStream {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    if nanos == 0 {
        return quote_spanned!(span=> ::core::time::Duration::from_secs(#seconds));
    }
    if nanos % 1_000_000 == 0 {
        let millis = seconds * 1000 + u64::from(nanos / 1_000_000);
        return quote_spanned!(span=> ::core::time::Duration::from_millis(#millis));
    }
    let micros = seconds * 1_000_000 + u64::from(nanos / 1000);
    quote_spanned!(span=> ::core::time::Duration::from_micros(#micros))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{parse, parse_range};

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "not a duration"),
            ("5", "not a duration"),
            ("s", "not a duration"),
            ("1.5s", "not a duration"),
            ("-1s", "not a duration"),
            ("5 fortnights", "not a duration"),
            ("0ms", "no time at all"),
            ("876001h", "longer than a hundred years"),
            ("99999999999999999999999999999999999999999h", "longer than a hundred years"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(parse_range("5s..1s").expect_err("reversed").contains("ends before it begins"));
        assert!(parse_range("5s").expect_err("no range").contains("not a range"));
    }

    #[test]
    fn every_unit_is_read() {
        for (text, micros) in [
            ("250us", 250),
            ("50ms", 50_000),
            ("5s", 5_000_000),
            ("2m", 120_000_000),
            (" 1 h ", 3_600_000_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_micros(micros)), "{text}");
        }
        let range = (Duration::from_millis(50), Duration::from_secs(5));
        assert_eq!(parse_range("50ms..5s"), Ok(range));
    }
}
