//! `redloop lab …`: the command line, and what is chosen when it says nothing.

use super::machine::{self, Placement};
use super::subject::{Model, Scenario};
use clap::Parser;
use std::path::PathBuf;

/// Measures the concurrency models beside each other.
#[derive(Debug, Parser)]
#[command(
    name = "redloop lab",
    bin_name = "redloop lab",
    version,
    about = "Measures every concurrency model in six scenarios, and derives from the figures which to take when",
    after_help = "Each measurement starts a fresh server of this executable on 127.0.0.1 and ends it. Nothing else should run meanwhile.\n\nA whole run, with the report:   redloop lab --html\nGo on with one that was cut off: redloop lab --html --resume\nOnly see that all of it works:  redloop lab --quick\nThe rule from old figures:      redloop lab --decide redloop-lab/lab.json"
)]
pub(crate) struct Options {
    /// Only these scenarios: connections, cpu, race, moderate, burst, learning
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    scenario: Vec<String>,
    /// Only these models: event-loop, task-per-connection, worker-pool
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    models: Vec<String>,
    /// Tiny points and short times, to see in a minute or two that everything works; decides nothing
    #[arg(long)]
    pub(crate) quick: bool,
    /// Measure every point so often [default: 5, with --quick 2]
    #[arg(long, value_name = "N")]
    repetitions: Option<usize>,
    /// How long each measurement counts [default: 3, with --quick 0.2]
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// These numbers of connections instead of each scenario's own, where it varies them
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub(crate) connections: Vec<usize>,
    /// These shares of CPU-heavy requests, percent [default: 0,0.1,1,5,20]
    #[arg(long, value_name = "P,…", value_delimiter = ',')]
    pub(crate) shares: Vec<f64>,
    /// Go on with the measurements in the folder
    #[arg(long)]
    pub(crate) resume: bool,
    /// The folder for results
    #[arg(long, value_name = "DIR", default_value = "redloop-lab")]
    pub(crate) out: PathBuf,
    /// Print the results as JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report too: report.html, one file without scripts
    #[arg(long)]
    pub(crate) html: bool,
    /// Write the tables and the rule as Markdown: report.md
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Measure nothing: print the rule that follows from a lab.json [default: the folder's own]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(crate) decide: Option<Option<PathBuf>>,
    /// Let --decide use figures of --quick
    #[arg(long)]
    pub(crate) force: bool,
    /// Threads of the models that have several [default: their own choice]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: Option<u16>,
    /// Cores for the server, such as 0,2-3 [default: from four cores on three quarters, else all]
    #[arg(long, value_name = "CORES")]
    server_cores: Option<String>,
    /// Cores for the load generator [default: those the server does not have]
    #[arg(long, value_name = "CORES")]
    generator_cores: Option<String>,
    /// The first port to try for servers
    #[arg(long, value_name = "N", default_value_t = 21500, value_parser = clap::value_parser!(u16).range(1..=65_000))]
    pub(crate) port: u16,
    /// Of keys, mixes and the order of measurements
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Most repetitions; more than a year of measuring serves nobody.
const REPETITIONS_MAX: usize = 1000;
/// The longest a measurement may count, seconds.
const SECONDS_MAX: f64 = 3600.0;
/// The shortest; below, not even one request may be answered.
const SECONDS_MIN: f64 = 0.05;

impl Options {
    /// Looks whether the numbers make sense, all of them before anything is measured.
    ///
    /// # Errors
    /// What does not, and what would.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.scenarios()?;
        self.models()?;
        self.placement()?;
        let repetitions = self.repetitions();
        if !(1..=REPETITIONS_MAX).contains(&repetitions) {
            return Err(format!(
                "--repetitions {repetitions}: from 1 to {REPETITIONS_MAX} are possible, and from 2 on there are intervals"
            ));
        }
        let seconds = self.measure_seconds();
        // Written so that NaN is refused too.
        if !(SECONDS_MIN..=SECONDS_MAX).contains(&seconds) {
            return Err(format!(
                "--seconds {seconds}: a measurement counts from {SECONDS_MIN} to {SECONDS_MAX} seconds"
            ));
        }
        if let Some(share) = self.shares.iter().find(|share| !(0.0..=100.0).contains(*share)) {
            return Err(format!("--shares {share}: shares are percentages from 0 to 100"));
        }
        if self.connections.contains(&0) {
            return Err("--connections 0: at least one connection is needed to measure".into());
        }
        Ok(())
    }

    /// The scenarios to measure, in the order of reports.
    ///
    /// # Errors
    /// One does not exist.
    pub(crate) fn scenarios(&self) -> Result<Vec<Scenario>, String> {
        chosen(&self.scenario, "--scenario", Scenario::ALL)
    }

    /// The models to measure, in the order of reports.
    ///
    /// # Errors
    /// One does not exist.
    pub(crate) fn models(&self) -> Result<Vec<Model>, String> {
        chosen(&self.models, "--models", Model::ALL)
    }

    /// How often each point is measured.
    pub(crate) fn repetitions(&self) -> usize {
        self.repetitions.unwrap_or(if self.quick { 2 } else { 5 })
    }

    /// How long each measurement counts.
    pub(crate) fn measure_seconds(&self) -> f64 {
        self.seconds.unwrap_or(if self.quick { 0.2 } else { 3.0 })
    }

    /// How long requests are sent before they count.
    pub(crate) fn warmup_seconds(&self) -> f64 {
        if self.quick { 0.05 } else { 1.0 }
    }

    /// Who runs where.
    ///
    /// # Errors
    /// There are no such cores.
    pub(crate) fn placement(&self) -> Result<Placement, String> {
        let read = |name: &str, text: &Option<String>| {
            text.as_deref()
                .map(|text| machine::read_cores(text).map_err(|error| format!("{name}: {error}")))
                .transpose()
        };
        let server = read("--server-cores", &self.server_cores)?;
        let generator = read("--generator-cores", &self.generator_cores)?;
        let all = machine::allowed_cores();
        let others = |cores: &[usize]| -> Vec<usize> {
            all.iter().copied().filter(|core| !cores.contains(core)).collect()
        };
        Ok(match (server, generator) {
            (None, None) => Placement::automatic(&all),
            (Some(server_cores), Some(generator_cores)) => {
                Placement { server_cores, generator_cores }
            }
            (Some(server_cores), None) => {
                Placement { generator_cores: others(&server_cores), server_cores }
            }
            (None, Some(generator_cores)) => {
                Placement { server_cores: others(&generator_cores), generator_cores }
            }
        })
    }
}

/// What was named, or all.
fn chosen<T: Copy + PartialEq + std::str::FromStr<Err = String>, const N: usize>(
    names: &[String],
    option: &str,
    all: [T; N],
) -> Result<Vec<T>, String> {
    if names.is_empty() {
        return Ok(all.into());
    }
    let named = names
        .iter()
        .map(|name| name.parse().map_err(|error| format!("{option}: {error}")))
        .collect::<Result<Vec<T>, String>>()?;
    Ok(all.into_iter().filter(|one| named.contains(one)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> String {
        let all = ["redloop lab"].iter().chain(arguments);
        Options::try_parse_from(all).unwrap().check().unwrap_err()
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        assert!(refused(&["--models", "foo"]).contains("--models: there is no model 'foo'"));
        assert!(refused(&["--scenario", "cpu,lunch"]).contains("no scenario 'lunch'"));
        assert!(refused(&["--repetitions", "0"]).contains("from 1 to 1000"));
        assert!(refused(&["--seconds", "NaN"]).contains("from 0.05 to 3600"));
        assert!(refused(&["--seconds=-1"]).contains("from 0.05"));
        assert!(refused(&["--shares", "0,101"]).contains("from 0 to 100"));
        assert!(refused(&["--connections", "0"]).contains("at least one"));
        assert!(refused(&["--server-cores", "99999"]).contains("no core 99999"));
        assert!(Options::try_parse_from(["redloop lab", "--workers", "0"]).is_err());
    }

    #[test]
    fn choices_come_in_the_order_of_reports() {
        let options = Options::try_parse_from([
            "redloop lab",
            "--scenario",
            "race,cpu",
            "--models",
            "worker-pool,event-loop",
            "--quick",
        ])
        .unwrap();
        assert_eq!(options.scenarios().unwrap(), [Scenario::Cpu, Scenario::Race]);
        assert_eq!(options.models().unwrap(), [Model::EventLoop, Model::WorkerPool]);
        assert_eq!(options.repetitions(), 2);
        assert!(options.decide.is_none());
    }
}
