//! What the system knows of a server's process: memory, processor time, context switches of all its threads. Linux' /proc; elsewhere
//! these figures are missing, and reports say so by leaving them empty.

use std::path::{Path, PathBuf};

/// One look at a process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    pub(crate) resident_bytes: u64,
    /// The most there ever was.
    pub(crate) peak_bytes: u64,
    pub(crate) cpu_seconds: f64,
    pub(crate) switches_voluntary: u64,
    pub(crate) switches_involuntary: u64,
}

/// Looks at process `pid`; none where there is no /proc or no such process. Threads that have ended are not counted any more.
pub(crate) fn usage(pid: u32) -> Option<Usage> {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let status = Status::read(&process)?;
    let mut usage = Usage {
        resident_bytes: status.number("VmRSS") * KIB,
        peak_bytes: status.number("VmHWM") * KIB,
        ..Usage::default()
    };
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(process.join("task")).ok()?.flatten() {
        // A thread may end between both looks.
        let Some(status) = Status::read(&thread.path()) else { continue };
        usage.switches_voluntary += status.number("voluntary_ctxt_switches");
        usage.switches_involuntary += status.number("nonvoluntary_ctxt_switches");
        let schedule = std::fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        nanoseconds += first_number(&schedule);
    }
    usage.cpu_seconds = nanoseconds as f64 / 1e9;
    Some(usage)
}

impl Usage {
    /// What was used since `before`; memory is as it is now.
    pub(crate) fn since(self, before: Usage) -> Usage {
        Usage {
            cpu_seconds: (self.cpu_seconds - before.cpu_seconds).max(0.0),
            switches_voluntary: self.switches_voluntary.saturating_sub(before.switches_voluntary),
            switches_involuntary: self
                .switches_involuntary
                .saturating_sub(before.switches_involuntary),
            ..self
        }
    }
}

/// /proc counts memory in these.
const KIB: u64 = 1024;

/// The lines of a `status` file.
struct Status(String);

impl Status {
    fn read(folder: &Path) -> Option<Self> {
        std::fs::read_to_string(folder.join("status")).ok().map(Status)
    }

    fn number(&self, key: &str) -> u64 {
        let value = self.0.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        value.map_or(0, first_number)
    }
}

fn first_number(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn all_threads_of_a_process_are_counted() {
        let pid = std::process::id();
        let before = usage(pid).unwrap();
        let (ready, wait) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let worker = std::thread::spawn(move || {
            for _ in 0..50 {
                std::thread::sleep(std::time::Duration::from_micros(100));
            }
            ready.send(()).unwrap();
            let _ = ended.recv();
        });
        wait.recv().unwrap();
        let used = usage(pid).unwrap().since(before);
        assert!(used.switches_voluntary >= 50, "{used:?}");
        assert!(used.resident_bytes > 0 && used.peak_bytes >= used.resident_bytes, "{used:?}");
        end.send(()).unwrap();
        worker.join().unwrap();
    }

    #[test]
    fn there_is_nothing_to_say_of_no_process() {
        assert_eq!(usage(u32::MAX), None);
    }
}
