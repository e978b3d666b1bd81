//! Hears what the system says about itself, and counts.

use std::collections::BTreeMap;

use rdddy::prelude::*;

use super::messages::ReportAudit;

/// What the audit has heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditReport {
    /// How many events of each sort the system itself has published.
    pub(crate) system: BTreeMap<&'static str, u64>,
    /// How often each actor failed, by what it failed of.
    pub(crate) failures: BTreeMap<String, u64>,
    /// How often each actor was restarted.
    pub(crate) restarts: BTreeMap<String, u64>,
    /// How many messages of each type were not handled, and why.
    pub(crate) dead_letters: BTreeMap<String, u64>,
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, what: K) {
    *counts.entry(what).or_default() += 1;
}

/// The audit. System events do not wait for room, so there is plenty.
#[derive(Default)]
pub(crate) struct Audit(AuditReport);

#[actor(mailbox = bounded(100_000))]
impl Audit {
    #[handler]
    fn system(&mut self, event: &SystemEvent) {
        let report = &mut self.0;
        let sort = match event {
            SystemEvent::Started { .. } => "Started",
            SystemEvent::HandlerFailed { answered: true, .. } => "HandlerFailed, answered",
            SystemEvent::HandlerFailed { actor, failure, .. } => {
                count(&mut report.failures, format!("{}, {failure}", actor.path.name()));
                "HandlerFailed"
            }
            SystemEvent::ContractBreached { .. } => "ContractBreached",
            SystemEvent::Restarting { .. } => "Restarting",
            SystemEvent::Restarted { actor, .. } => {
                count(&mut report.restarts, actor.path.name().to_owned());
                "Restarted"
            }
            SystemEvent::DeadLetter { message, reason, .. } => {
                count(&mut report.dead_letters, format!("{message}: {reason}"));
                "DeadLetter"
            }
            _ => "others",
        };
        count(&mut report.system, sort);
    }

    #[handler]
    fn report(&self, _: ReportAudit) -> AuditReport {
        self.0.clone()
    }
}
