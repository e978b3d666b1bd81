//! What the process takes from the machine.

/// Resident memory of this process in bytes.
///
/// # Errors
///
/// Where there is no `/proc`.
pub(crate) fn resident_bytes() -> Result<u64, String> {
    let status = std::fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("resident memory is read from /proc/self/status: {error}"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
        .map(|kibibytes: u64| kibibytes * 1024)
        .ok_or_else(|| "/proc/self/status has no line `VmRSS: … kB`".to_owned())
}
