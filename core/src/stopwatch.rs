//! How long commands take, by the host's clock. Reading a clock costs as much as a small command, so a run of cheap
//! commands of one kind is timed as a whole; a command that did much work is timed by itself, and only such a one can
//! be slow.

use crate::command::CommandId;

/// Elements visited above which a command is timed by itself.
pub(crate) const HEAVY_UNITS: u64 = 16;
/// Bytes of arguments or of a reply above which it is.
pub(crate) const HEAVY_BYTES: usize = 4096;
/// slowlog-log-slower-than below this many microseconds has every command timed by itself.
pub(crate) const FINE_THRESHOLD_US: i64 = 1000;
/// Cheap commands timed together at most.
const RUN_MAX: u32 = 16;

/// The clock and the run of commands it was last read for.
#[derive(Clone, Debug)]
pub(crate) struct Stopwatch {
    clock: Option<fn() -> u64>,
    last: u64,
    running: Option<CommandId>,
    run: u32,
}

impl Stopwatch {
    /// With the host's nanoseconds; without a clock nothing takes any time.
    pub(crate) fn new(clock: Option<fn() -> u64>) -> Self {
        Stopwatch { clock, last: 0, running: None, run: 0 }
    }

    /// Commands follow.
    pub(crate) fn start(&mut self) {
        self.running = None;
        self.last = self.clock.map_or(0, |clock| clock());
    }

    /// A command of this kind begins. If a run ends here: its kind and nanoseconds.
    #[inline]
    pub(crate) fn begin(&mut self, command: CommandId) -> Option<(CommandId, u64)> {
        if self.running == Some(command) && self.run < RUN_MAX {
            self.run += 1;
            return None;
        }
        let ended = self.stop();
        self.running = Some(command);
        self.run = 1;
        ended
    }

    /// No command follows for now. The run that ends: its kind and nanoseconds.
    pub(crate) fn stop(&mut self) -> Option<(CommandId, u64)> {
        let ended = self.running.take()?;
        Some((ended, self.lap()))
    }

    /// Nanoseconds since the clock was last read; the run ends.
    pub(crate) fn lap(&mut self) -> u64 {
        self.running = None;
        let Some(clock) = self.clock else { return 0 };
        let time = clock();
        let elapsed = time.saturating_sub(self.last);
        self.last = time;
        elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local!(static TIME: Cell<u64> = const { Cell::new(0) });

    fn clock() -> u64 {
        TIME.with(|time| {
            time.set(time.get() + 10);
            time.get()
        })
    }

    #[test]
    fn runs_of_one_kind_share_a_reading_and_all_time_is_counted() {
        let (get, set) = (CommandId(1), CommandId(2));
        let mut watch = Stopwatch::new(Some(clock));
        watch.start();
        let ended: Vec<_> = (0..RUN_MAX).map(|_| watch.begin(get)).collect();
        assert!(ended.iter().all(Option::is_none));
        assert_eq!(watch.begin(get), Some((get, 10)));
        assert_eq!(watch.begin(set), Some((get, 10)));
        assert_eq!(watch.lap(), 10);
        assert_eq!(watch.begin(get), None);
        assert_eq!(watch.stop(), Some((get, 10)));
        assert_eq!(watch.stop(), None);
    }
}
