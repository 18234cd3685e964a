//! What INFO shows of the process: memory, processor time, the machine.

use redloop_core::server::{HostFacts, HostFigures};
use std::sync::atomic::{AtomicU64, Ordering};

/// What stays the same while the server runs.
pub(crate) fn facts(config_file: String, model: &'static str) -> HostFacts {
    let executable =
        std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default();
    HostFacts {
        os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        process_id: std::process::id(),
        executable,
        config_file,
        model,
    }
}

/// What changes; asked by INFO only.
///
/// What is allocated is told as what is resident: the system's allocator counts only by walking its free lists, which
/// would hold up the loop, and a counter of our own would cost every command.
pub(crate) fn sample() -> HostFigures {
    static PEAK: AtomicU64 = AtomicU64::new(0);
    let resident_bytes = memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64);
    let resident_peak_bytes = PEAK.fetch_max(resident_bytes, Ordering::Relaxed).max(resident_bytes);
    let (cpu_user_s, cpu_system_s) = processor_seconds();
    HostFigures {
        allocated_bytes: resident_bytes,
        resident_bytes,
        resident_peak_bytes,
        system_memory_bytes: system_memory_bytes(),
        cpu_system_s,
        cpu_user_s,
    }
}

#[cfg(unix)]
fn processor_seconds() -> (f64, f64) {
    use nix::sys::resource::{UsageWho, getrusage};
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    getrusage(UsageWho::RUSAGE_SELF)
        .map_or((0.0, 0.0), |usage| (seconds(usage.user_time()), seconds(usage.system_time())))
}

#[cfg(not(unix))]
fn processor_seconds() -> (f64, f64) {
    (0.0, 0.0)
}

/// Bytes of memory the machine has; 0 where it does not say.
fn system_memory_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = text.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok()
    });
    kib.map_or(0, |kib: u64| kib * 1024)
}
