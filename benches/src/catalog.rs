//! Which subjects this build can measure.

use std::time::Duration;

use crate::subject::{Subject, hand_written, rdddy};
use crate::workload::{self, Workload};

/// What came of one measurement.
pub(crate) enum Measurement {
    /// In the unit of the workload.
    Value(f64),
    /// The subject cannot do this workload, for this reason.
    Skip(&'static str),
}

/// Measures one subject. An error says what this machine lacks.
pub(crate) type Measure = fn(Workload, Duration) -> Result<Measurement, String>;

/// Every subject of this build, by name.
pub(crate) const SUBJECTS: &[(&str, Measure)] = &[
    entry::<rdddy::Rdddy<false>>(),
    entry::<rdddy::Rdddy<true>>(),
    entry::<hand_written::Unbounded>(),
    entry::<hand_written::Bounded>(),
    #[cfg(feature = "kameo")]
    entry::<crate::subject::kameo::Kameo<false>>(),
    #[cfg(feature = "kameo")]
    entry::<crate::subject::kameo::Kameo<true>>(),
    #[cfg(feature = "ractor")]
    entry::<crate::subject::ractor::Ractor>(),
    #[cfg(feature = "actix")]
    entry::<crate::subject::actix::Actix>(),
    #[cfg(feature = "xtra")]
    entry::<crate::subject::xtra::Xtra>(),
    #[cfg(feature = "murmer")]
    entry::<crate::subject::murmer::Murmer>(),
];

const fn entry<S: Subject>() -> (&'static str, Measure) {
    (S::NAME, measure::<S>)
}

fn measure<S: Subject>(workload: Workload, budget: Duration) -> Result<Measurement, String> {
    match S::cannot(workload) {
        Some(reason) => Ok(Measurement::Skip(reason)),
        None => S::block_on(workload::run::<S>(workload, budget)).map(Measurement::Value),
    }
}
