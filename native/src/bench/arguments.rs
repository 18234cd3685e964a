//! The arguments of `redloop bench`, and the plan that they make.

use crate::load::{
    Arrivals, Connect, Distribution, Greeting, Mix, PLACEHOLDERS, Pace, Plan, Stop, Target,
    workload_names,
};
use clap::{Parser, ValueEnum};
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

/// What `--json` means without a file.
const STANDARD_OUTPUT: &str = "-";

/// Measures a Redis server: sends commands, counts replies, and says how long they took
#[derive(Debug, Parser)]
#[command(
    name = "redloop bench",
    version,
    allow_negative_numbers = true,
    after_help = after_help(),
    next_line_help = false
)]
pub(super) struct Arguments {
    /// The server's host
    #[arg(short = 'H', long, default_value = "127.0.0.1", value_name = "HOST")]
    host: String,
    /// The server's port
    #[arg(short, long, default_value_t = 6379, value_name = "N")]
    port: u16,
    /// The server's unix socket, instead of host and port
    #[arg(short, long, value_name = "PATH", conflicts_with_all = ["host", "port"])]
    socket: Option<PathBuf>,
    /// AUTH as this user
    #[arg(long, value_name = "NAME", requires = "password")]
    user: Option<String>,
    /// AUTH with this password [default: $REDISCLI_AUTH]
    #[arg(short = 'a', long, value_name = "PASSWORD")]
    password: Option<String>,
    /// SELECT this database
    #[arg(long, default_value_t = 0, value_name = "N")]
    db: u32,
    /// Speak RESP3 (HELLO 3)
    #[arg(short = '3', long)]
    resp3: bool,

    /// Connections that send
    #[arg(short, long, default_value = "50", value_name = "N", value_parser = count)]
    connections: usize,
    /// Further connections that only sit there
    #[arg(long, default_value = "0", value_name = "N", value_parser = count)]
    idle: usize,
    /// Local addresses from 127.0.0.1 upwards to connect from; each has about 28000 ports
    #[arg(long, default_value = "1", value_name = "N", value_parser = count)]
    sources: usize,
    /// Threads of the generator
    #[arg(short, long, default_value = "1", value_name = "N", value_parser = count)]
    threads: usize,
    /// Commands that leave together
    #[arg(short = 'P', long, default_value = "1", value_name = "N", value_parser = count)]
    pipeline: usize,

    /// Open loop: so many requests a second are due, whatever the server does [default: closed loop]
    #[arg(short, long, value_name = "PER_SECOND", value_parser = number)]
    rate: Option<f64>,
    /// How an open loop's requests are spread in time
    #[arg(long, value_enum, default_value_t = ArrivalsName::Fixed, requires = "rate")]
    arrivals: ArrivalsName,
    /// Stop after this time [default: 10]
    #[arg(short, long, value_name = "SECONDS", value_parser = seconds, conflicts_with = "requests")]
    duration: Option<Duration>,
    /// Stop after so many requests
    #[arg(short = 'n', long, value_name = "N", value_parser = requests)]
    requests: Option<u64>,
    /// Send for so long before requests count
    #[arg(short, long, default_value = "0", value_name = "SECONDS", value_parser = seconds)]
    warmup: Duration,

    /// Named commands and their weights, e.g. get=80,set=20 [default: get=1,set=1 without --command]
    #[arg(short, long, value_name = "NAME=WEIGHT,…")]
    mix: Vec<String>,
    /// A command as it would be typed, with placeholders, and a weight in front if wanted: '20=SET key:{key} {data}'
    #[arg(long, value_name = "[WEIGHT=]COMMAND")]
    command: Vec<String>,
    /// {key} is a number below this
    #[arg(short, long, default_value = "100000", value_name = "N", value_parser = requests)]
    keyspace: u64,
    /// How keys are drawn: uniform, zipf, zipf:EXPONENT or sequential
    #[arg(long, default_value = "uniform", value_name = "NAME", value_parser = distribution)]
    distribution: Distribution,
    /// Bytes of {data}
    #[arg(long, default_value = "64", value_name = "BYTES", value_parser = count)]
    size: usize,
    /// First create what the named commands read
    #[arg(long)]
    prefill: bool,

    /// Open so many connections a second [default: all at once]
    #[arg(long, value_name = "PER_SECOND", value_parser = number)]
    connect_rate: Option<f64>,
    /// Most connections that are being opened at a time
    #[arg(long, default_value = "1000", value_name = "N", value_parser = count)]
    in_flight: usize,
    /// How long opening one may take
    #[arg(long, default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    connect_timeout: Duration,
    /// How long the server may be silent
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    timeout: Duration,
    /// The same seed sends the same requests
    #[arg(long, default_value = "1", value_name = "N", value_parser = requests)]
    seed: u64,

    /// Print JSON instead of a table, or write it to a file beside the table
    #[arg(short, long, value_name = "FILE", num_args = 0..=1, default_missing_value = STANDARD_OUTPUT)]
    json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ArrivalsName {
    /// Equally far apart
    Fixed,
    /// At random, as those of many users
    Poisson,
}

fn after_help() -> String {
    format!(
        "Named commands: {}.\n\nPlaceholders: {PLACEHOLDERS}; numbers have 12 digits, {{{{ is a brace. \
         docs/bench.md says what is measured and how.",
        workload_names()
    )
}

impl Arguments {
    /// The plan that they make.
    ///
    /// # Errors
    /// What cannot be understood, and what could be.
    pub(super) fn plan(&self) -> Result<Plan, String> {
        let pace = match self.rate {
            None => Pace::Closed,
            Some(per_second) => Pace::Open {
                per_second,
                arrivals: match self.arrivals {
                    ArrivalsName::Fixed => Arrivals::Fixed,
                    ArrivalsName::Poisson => Arrivals::Poisson,
                },
            },
        };
        let stop = match self.requests {
            Some(requests) => Stop::Requests(requests),
            None => Stop::After(self.duration.unwrap_or(Duration::from_secs(10))),
        };
        Ok(Plan {
            target: self.target()?,
            greeting: Greeting {
                user: self.user.clone(),
                password: self.password.clone().or_else(|| std::env::var("REDISCLI_AUTH").ok()),
                resp3: self.resp3,
                database: self.db,
            },
            connections: self.connections,
            idle: self.idle,
            sources: self.sources,
            threads: self.threads,
            pipeline: self.pipeline,
            pace,
            stop,
            warmup: self.warmup,
            mix: self.mix().map_err(|error| error.to_string())?,
            keyspace: self.keyspace,
            distribution: self.distribution,
            data_bytes: self.size,
            prefill: self.prefill,
            connect: Connect {
                per_second: self.connect_rate,
                in_flight: self.in_flight,
                timeout: self.connect_timeout,
            },
            reply_timeout: self.timeout,
            seed: self.seed,
        })
    }

    /// Whether JSON is wanted, in a file or not.
    pub(super) fn wants_json(&self) -> bool {
        self.json.is_some()
    }

    /// The file that it goes to.
    pub(super) fn json_file(&self) -> Option<&Path> {
        self.json.as_deref().filter(|path| *path != Path::new(STANDARD_OUTPUT))
    }

    fn target(&self) -> Result<Target, String> {
        if let Some(path) = &self.socket {
            return Ok(Target::Unix(path.clone()));
        }
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let mut addresses: Vec<SocketAddr> = found
            .map_err(|error| format!("cannot find the host '{}': {error}", self.host))?
            .collect();
        // Servers listen on IPv4 more often than not.
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let first = addresses.first().copied();
        first.map(Target::Tcp).ok_or_else(|| format!("the host '{}' has no address", self.host))
    }

    fn mix(&self) -> Result<Mix, crate::load::LoadError> {
        let mut mix = Mix::default();
        for text in &self.mix {
            mix.add_named(text)?;
        }
        for text in &self.command {
            mix.add_command(text)?;
        }
        if self.mix.is_empty() && self.command.is_empty() {
            mix.add_named("get,set")?;
        }
        Ok(mix)
    }
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "this is no whole number from 0 upwards".into())
}

fn requests(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "this is no whole number from 0 upwards".into())
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "this is no number above 0, such as 5000 or 0.5".into())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "this is no number of seconds, such as 10 or 0.5".into())
}

fn distribution(text: &str) -> Result<Distribution, String> {
    const ACCEPTED: &str = "there are uniform, zipf, zipf:EXPONENT and sequential";
    match text.split_once(':') {
        None if text == "uniform" => Ok(Distribution::Uniform),
        None if text == "sequential" => Ok(Distribution::Sequential),
        None if text == "zipf" => Ok(Distribution::Zipf { exponent: 1.0 }),
        Some(("zipf", exponent)) => {
            Ok(Distribution::Zipf { exponent: number(exponent).map_err(|_| ACCEPTED)? })
        }
        _ => Err(ACCEPTED.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn distributions_are_read() {
        assert_eq!(distribution("zipf:0.8"), Ok(Distribution::Zipf { exponent: 0.8 }));
        assert_eq!(distribution("zipf"), Ok(Distribution::Zipf { exponent: 1.0 }));
        for wrong in ["zipf:", "zipf:-1", "zipf:nan", "gauss", ""] {
            assert!(distribution(wrong).is_err(), "{wrong}");
        }
    }
}
