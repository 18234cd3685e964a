//! Which points this machine has room for. Both ends of every connection are here, so that open files and memory are needed twice; what
//! does not fit is left out and said, with what would make room.

use super::subject::Point;
use crate::descriptors;
use std::collections::BTreeMap;

/// Files that are no measured connections, in the server and in the generator.
const FILES_SPARE: usize = 256;
/// Memory that a connection may need: both sockets in the kernel, the server's session, the generator's state.
const BYTES_EACH: u64 = 48 * 1024;
/// Of the memory that is free, what connections may take.
const MEMORY_SHARE: f64 = 0.8;

/// Significant digits of the most connections that are possible, so that machines with nearly equal limits measure the same.
const DIGITS: u32 = 2;

/// The most connections that there are open files and memory for, at most `wanted`, rounded downwards.
pub(crate) fn most(wanted: usize) -> usize {
    let files =
        descriptors::provide_for(wanted.saturating_add(FILES_SPARE), descriptors::reserved(0));
    let by_memory =
        memory_free().map_or(u64::MAX, |free| (free as f64 * MEMORY_SHARE) as u64 / BYTES_EACH);
    let most =
        files.saturating_sub(FILES_SPARE).min(usize::try_from(by_memory).unwrap_or(usize::MAX));
    if most >= wanted { wanted } else { rounded_down(most) }
}

fn rounded_down(number: usize) -> usize {
    let unit = 10usize.pow((number.max(1).ilog10() + 1).saturating_sub(DIGITS));
    number / unit * unit
}

/// Knows the machine's limits; asks the system once for each number of connections.
#[derive(Debug, Default)]
pub(crate) struct Capacity {
    refusals: BTreeMap<usize, Option<String>>,
}

impl Capacity {
    /// Why a point cannot be measured here, if it cannot.
    pub(crate) fn refusal(&mut self, point: &Point) -> Option<String> {
        let connections = point.connections;
        self.refusals
            .entry(connections)
            .or_insert_with(|| {
                let wanted = connections.saturating_add(FILES_SPARE);
                let files = descriptors::provide_for(wanted, descriptors::reserved(0));
                judge(connections, files, memory_free())
            })
            .clone()
    }
}

/// `files`: open files that are possible; `memory`: bytes that are free, if the system says.
fn judge(connections: usize, files: usize, memory: Option<u64>) -> Option<String> {
    let wanted = connections.saturating_add(FILES_SPARE);
    if files < wanted {
        return Some(format!(
            "{wanted} open files are needed and the system allows {files}: raise the hard limit (`ulimit -Hn`, LimitNOFILE=, fs.nr_open), or measure fewer with --connections"
        ));
    }
    let needed = (connections as u64).saturating_mul(BYTES_EACH);
    let memory = memory? as f64 * MEMORY_SHARE;
    (needed as f64 > memory).then(|| {
        format!(
            "about {:.1} GB of memory are needed and {:.1} GB may be taken: free some, or measure fewer with --connections",
            needed as f64 / 1e9,
            memory / 1e9
        )
    })
}

/// Bytes that can be had without swapping.
fn memory_free() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_says_what_would_make_room() {
        assert_eq!(judge(1000, 1256, Some(1 << 30)), None);
        let files = judge(1000, 1255, Some(1 << 30)).unwrap();
        assert!(files.contains("1256 open files") && files.contains("ulimit -Hn"), "{files}");
        let memory = judge(100_000, 200_000, Some(1 << 30)).unwrap();
        assert!(memory.contains("4.9 GB") && memory.contains("--connections"), "{memory}");
        assert_eq!(judge(100_000, 200_000, None), None);
    }

    #[test]
    fn the_most_is_a_round_number() {
        assert_eq!(rounded_down(19_712), 19_000);
        assert_eq!(rounded_down(7), 7);
        assert_eq!(rounded_down(0), 0);
        assert_eq!(most(1), 1);
        assert!(most(usize::MAX) < usize::MAX);
    }

    #[test]
    fn no_system_has_files_for_everything() {
        let mut capacity = Capacity::default();
        assert!(capacity.refusal(&Point::of(usize::MAX)).is_some());
        assert_eq!(capacity.refusal(&Point::of(1)), None);
    }
}
