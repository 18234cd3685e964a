//! The folder of a run: one file per measurement, written whole or not at all, so that a run that was cut off goes on where it
//! stopped; and `lab.json`, all of them together.

use super::results::{Conditions, Document, Measurement};
use super::schedule::Job;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// See the module.
pub(crate) struct Store {
    folder: PathBuf,
    conditions: Conditions,
}

/// One measurement's file.
#[derive(Serialize, Deserialize)]
struct Saved {
    conditions: Conditions,
    measurement: Measurement,
}

/// The folder's part for single measurements.
const PARTS: &str = "measurements";
/// All results.
pub(crate) const WHOLE: &str = "lab.json";

impl Store {
    /// Opens or makes the folder.
    ///
    /// # Errors
    /// It cannot be made, or has measurements already and `resume` is not wanted.
    pub(crate) fn open(
        folder: &Path,
        conditions: Conditions,
        resume: bool,
    ) -> Result<Self, String> {
        let parts = folder.join(PARTS);
        fs::create_dir_all(&parts).map_err(|error| {
            format!("{}: {error}; choose a folder to write to with --out", parts.display())
        })?;
        let entries =
            fs::read_dir(&parts).map_err(|error| format!("{}: {error}", parts.display()))?;
        if !resume && entries.count() > 0 {
            return Err(format!(
                "{} has measurements already; go on with them by --resume, or choose another folder with --out",
                folder.display()
            ));
        }
        Ok(Store { folder: folder.to_owned(), conditions })
    }

    /// A job's measurement, if it was made already.
    ///
    /// # Errors
    /// Its file is damaged, or was measured under other conditions.
    pub(crate) fn load(&self, job: &Job) -> Result<Option<Measurement>, String> {
        let path = self.path(job);
        let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
        let saved: Saved = parse(&text).map_err(|error| {
            format!(
                "{}: damaged ({error}); delete this file and run again with --resume",
                path.display()
            )
        })?;
        if saved.conditions != self.conditions {
            return Err(format!(
                "{}: measured under other conditions ({}); choose another folder with --out, or the same options and machine",
                path.display(),
                difference(&saved.conditions, &self.conditions)
            ));
        }
        let measurement = saved.measurement;
        let same = measurement.scenario == job.scenario
            && measurement.setup == job.setup
            && measurement.point == job.point
            && measurement.repetition == job.repetition;
        if !same {
            return Err(format!(
                "{}: holds another measurement than its name says; delete this file and run again with --resume",
                path.display()
            ));
        }
        Ok(Some(measurement))
    }

    /// Keeps a job's measurement.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn save(&self, job: &Job, measurement: &Measurement) -> Result<(), String> {
        let saved = Saved { conditions: self.conditions.clone(), measurement: measurement.clone() };
        write_whole(&self.path(job), &json(&saved)?)
    }

    /// Writes all results together; where.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn save_all(&self, document: &Document<'_>) -> Result<PathBuf, String> {
        let path = self.folder.join(WHOLE);
        write_whole(&path, &json(document)?)?;
        Ok(path)
    }

    fn path(&self, job: &Job) -> PathBuf {
        self.folder.join(PARTS).join(format!(
            "{}-{}-{}-r{}.json",
            job.scenario,
            job.point.slug(),
            job.setup,
            job.repetition
        ))
    }
}

/// Writes a file so that it is there whole or as it was before.
///
/// # Errors
/// Which file, and why.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), String> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, path))
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value)
        .map_err(|error| format!("cannot be written as JSON: {error}"))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

/// What differs, by name.
fn difference(one: &Conditions, other: &Conditions) -> String {
    let fields = [
        ("format", one.format == other.format),
        ("version of redloop", one.redloop == other.redloop),
        ("optimisation", one.optimised == other.optimised),
        ("machine", one.machine == other.machine),
        ("cores", one.placement == other.placement),
        ("--quick", one.quick == other.quick),
        ("--seconds", one.measure_seconds == other.measure_seconds),
        ("warm-up", one.warmup_seconds == other.warmup_seconds),
        ("--workers", one.workers == other.workers),
        ("--seed", one.seed == other.seed),
    ];
    let differing: Vec<&str> =
        fields.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect();
    format!("different: {}", differing.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::{conditions, measurement};
    use super::*;

    fn job(measurement: &Measurement) -> Job {
        Job {
            scenario: measurement.scenario,
            setup: measurement.setup,
            point: measurement.point.clone(),
            repetition: measurement.repetition,
        }
    }

    #[test]
    fn a_kept_measurement_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let one = measurement(1, 0.1 + 0.2);
        let store = Store::open(folder.path(), conditions(), false).unwrap();
        assert_eq!(store.load(&job(&one)).unwrap(), None);
        store.save(&job(&one), &one).unwrap();
        assert_eq!(store.load(&job(&one)).unwrap(), Some(one));
        assert_eq!(store.load(&job(&measurement(2, 1.0))).unwrap(), None);
    }

    #[test]
    fn a_folder_with_measurements_is_not_mixed_with_new_ones() {
        let folder = tempfile::tempdir().unwrap();
        let one = measurement(1, 1.0);
        let store = Store::open(folder.path(), conditions(), false).unwrap();
        store.save(&job(&one), &one).unwrap();
        let error = Store::open(folder.path(), conditions(), false).err().unwrap();
        assert!(error.contains("--resume"), "{error}");
        let mut others = conditions();
        others.machine.cores = 64;
        others.measure_seconds = 9.0;
        let store = Store::open(folder.path(), others, true).unwrap();
        let error = store.load(&job(&one)).unwrap_err();
        assert!(error.contains("machine, --seconds") && error.contains("--out"), "{error}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let one = measurement(1, 1.0);
        let store = Store::open(folder.path(), conditions(), false).unwrap();
        fs::write(store.path(&job(&one)), "{\"conditions\":").unwrap();
        let error = store.load(&job(&one)).unwrap_err();
        assert!(error.contains("cpu-c50-h0-event-loop-r1.json"), "{error}");
        assert!(error.contains("delete this file"), "{error}");
        store.save(&job(&measurement(2, 1.0)), &one).unwrap();
        let error = store.load(&job(&measurement(2, 1.0))).unwrap_err();
        assert!(error.contains("another measurement"), "{error}");
    }
}
