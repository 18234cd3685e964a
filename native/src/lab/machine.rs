//! Which machine measured, and on which of its cores server and generator ran. Figures of different machines must not meet in one
//! table, so this is part of every result.

use serde::{Deserialize, Serialize};

/// What is known of the machine. Empty or 0 where the system does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    /// Cores this process may run on.
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) os: String,
    pub(crate) memory_bytes: u64,
}

impl Machine {
    /// The one this runs on.
    pub(crate) fn here() -> Self {
        let line = |path: &str, key: &str| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                (name.trim() == key).then(|| value.trim().to_owned())
            })
        };
        let memory = line("/proc/meminfo", "MemTotal").unwrap_or_default();
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Machine {
            cpu: line("/proc/cpuinfo", "model name").unwrap_or_default(),
            cores: allowed_cores().len(),
            kernel: kernel.trim().to_owned(),
            os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            memory_bytes: memory
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .map_or(0, |kib| kib * 1024),
        }
    }
}

/// Which cores server and generator have. Empty lists: wherever the system puts them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placement {
    pub(crate) server_cores: Vec<usize>,
    pub(crate) generator_cores: Vec<usize>,
}

/// From so many cores on, server and generator get cores of their own by themselves. With fewer, a server of many threads would be
/// left with one core, and the models could not differ.
const CORES_TO_PART: usize = 4;
/// One core of so many is the generator's.
const GENERATOR_SHARE: usize = 4;

impl Placement {
    /// What is chosen when nobody says otherwise.
    pub(crate) fn automatic(cores: &[usize]) -> Self {
        if cores.len() < CORES_TO_PART {
            return Placement::default();
        }
        let (server, generator) = cores.split_at(cores.len() - cores.len() / GENERATOR_SHARE);
        Placement { server_cores: server.into(), generator_cores: generator.into() }
    }

    /// In words, for reports.
    pub(crate) fn describe(&self) -> String {
        let name = |cores: &[usize]| match cores {
            [] => "any core".to_owned(),
            [one] => format!("core {one}"),
            many => {
                let names: Vec<String> = many.iter().map(usize::to_string).collect();
                format!("cores {}", names.join(","))
            }
        };
        if self.server_cores.is_empty() && self.generator_cores.is_empty() {
            return "server and generator share all cores".to_owned();
        }
        format!(
            "server on {}, generator on {}",
            name(&self.server_cores),
            name(&self.generator_cores)
        )
    }
}

/// Reads `0,2-3`.
///
/// # Errors
/// It is no such list, or names cores that this process may not use.
pub(crate) fn read_cores(text: &str) -> Result<Vec<usize>, String> {
    let number = |text: &str| {
        text.parse::<usize>().map_err(|_| format!("'{text}' is no core; cores are given as 0,2-3"))
    };
    let allowed = allowed_cores();
    let mut cores = Vec::new();
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        for core in [first, last] {
            if !allowed.contains(&core) {
                return Err(format!("there is no core {core} here; there are {allowed:?}"));
            }
        }
        cores.extend(allowed.iter().copied().filter(|core| (first..=last).contains(core)));
    }
    cores.sort_unstable();
    cores.dedup();
    Ok(cores)
}

/// The cores that this thread may run on.
#[cfg(target_os = "linux")]
pub(crate) fn allowed_cores() -> Vec<usize> {
    use nix::{
        sched::{CpuSet, sched_getaffinity},
        unistd::Pid,
    };
    let Ok(set) = sched_getaffinity(Pid::from_raw(0)) else { return vec![0] };
    (0..CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn allowed_cores() -> Vec<usize> {
    (0..std::thread::available_parallelism().map_or(1, usize::from)).collect()
}

/// Keeps this thread, and the threads and processes it will start, on these cores; none means no limit.
///
/// # Errors
/// The system refuses, or cannot do it at all.
#[cfg(target_os = "linux")]
pub(crate) fn stay_on(cores: &[usize]) -> Result<(), String> {
    use nix::{
        sched::{CpuSet, sched_setaffinity},
        unistd::Pid,
    };
    if cores.is_empty() {
        return Ok(());
    }
    let mut set = CpuSet::new();
    let failure = |error| format!("cannot keep to cores {cores:?}: {error}");
    for core in cores {
        set.set(*core).map_err(failure)?;
    }
    sched_setaffinity(Pid::from_raw(0), &set).map_err(failure)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn stay_on(cores: &[usize]) -> Result<(), String> {
    if cores.is_empty() {
        return Ok(());
    }
    Err("choosing cores is only possible on Linux; leave out --server-cores and --generator-cores"
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_cores_are_shared_and_many_are_parted() {
        assert_eq!(Placement::automatic(&[0, 1]), Placement::default());
        assert_eq!(
            Placement::automatic(&[0, 1]).describe(),
            "server and generator share all cores"
        );
        let parted = Placement::automatic(&[0, 1, 2, 3]);
        assert_eq!(parted.describe(), "server on cores 0,1,2, generator on core 3");
        assert_eq!(Placement::automatic(&[0, 1, 2, 3, 4, 5, 6, 7]).generator_cores, [6, 7]);
    }

    #[test]
    fn lists_of_cores_are_read_or_refused() {
        let here = allowed_cores();
        assert_eq!(read_cores(&here[0].to_string()), Ok(vec![here[0]]));
        assert_eq!(read_cores(&format!("{0}-{0},{0}", here[0])), Ok(vec![here[0]]));
        assert!(read_cores("one").unwrap_err().contains("0,2-3"));
        assert!(read_cores("100000").unwrap_err().contains("no core 100000"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_stays_where_it_is_told() {
        let core = allowed_cores()[0];
        std::thread::spawn(move || {
            stay_on(&[core]).unwrap();
            assert_eq!(allowed_cores(), [core]);
        })
        .join()
        .unwrap();
    }
}
