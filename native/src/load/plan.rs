//! What to send, to whom, and how hard. A plan is checked as a whole before anything is opened, so that whoever made
//! it hears of every impossible figure at once what is possible.

use super::{
    error::LoadError,
    keys::Distribution,
    mix::Mix,
    template::{NUMBER_LIMIT, Template},
};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// Most connections, the idle ones included: what a thousand loopback addresses could hold is beyond any machine.
const CONNECTIONS_MAX: usize = 4_000_000;
/// Most threads.
const THREADS_MAX: usize = 256;
/// Most commands that leave together; each costs a byte a connection.
const PIPELINE_MAX: usize = 100_000;
/// Most requests a second in an open loop: one every 10 ns.
const RATE_MAX: f64 = 1e8;
/// The longest run or warm-up.
const DURATION_MAX: Duration = Duration::from_secs(24 * 3600);
/// Most bytes of `{data}`: Redis' own bound on strings.
const DATA_MAX: usize = 512 << 20;
/// Most bytes that all requests which leave together may have: they are in memory while they leave.
const REQUESTS_BYTES_MAX: usize = 4 << 30;
/// Most loopback source addresses: 127.0.0.1 to 127.0.255.255.
const SOURCES_MAX: usize = 0xffff;

/// What to send, to whom, how hard.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The server.
    pub(crate) target: Target,
    /// What every connection says first.
    pub(crate) greeting: Greeting,
    /// Connections that send.
    pub(crate) connections: usize,
    /// Further connections that only sit there.
    pub(crate) idle: usize,
    /// Local addresses from 127.0.0.1 upwards that connections are spread over; with 1 the system chooses.
    pub(crate) sources: usize,
    /// Threads of the generator, each with its share of the connections.
    pub(crate) threads: usize,
    /// Commands that leave together.
    pub(crate) pipeline: usize,
    /// When requests leave.
    pub(crate) pace: Pace,
    /// When it is enough.
    pub(crate) stop: Stop,
    /// How long requests are sent before they count.
    pub(crate) warmup: Duration,
    /// Which commands.
    pub(crate) mix: Mix,
    /// The numbers that `{key}` stands for are from 0 to this.
    pub(crate) keyspace: u64,
    /// How they are drawn.
    pub(crate) distribution: Distribution,
    /// Bytes that `{data}` stands for.
    pub(crate) data_bytes: usize,
    /// Whether what the commands read is created first.
    pub(crate) prefill: bool,
    /// How connections are opened.
    pub(crate) connect: Connect,
    /// How long the server may be silent while replies are due.
    pub(crate) reply_timeout: Duration,
    /// The same plan with the same seed sends the same requests.
    pub(crate) seed: u64,
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Over TCP.
    Tcp(SocketAddr),
    /// Through a unix socket.
    Unix(PathBuf),
}

/// What a connection says before it counts as open. There is always a PING, so that an open connection is one that
/// the server serves, not one that its kernel keeps in a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Greeting {
    /// AUTH as this user; `default` if there is only a password.
    pub(crate) user: Option<String>,
    /// AUTH with this password.
    pub(crate) password: Option<String>,
    /// HELLO 3.
    pub(crate) resp3: bool,
    /// SELECT.
    pub(crate) database: u32,
}

/// When requests leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// When the replies to the ones before have come, on each connection.
    Closed,
    /// When they are due, whatever the server does, on whichever connection is free.
    Open {
        /// Requests a second, all connections together.
        per_second: f64,
        /// How the instants lie.
        arrivals: Arrivals,
    },
}

/// How the instants of an open loop lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrivals {
    /// Equally far apart.
    Fixed,
    /// As those of many users who know nothing of each other: with exponential gaps.
    Poisson,
}

/// When it is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// After this time.
    After(Duration),
    /// After so many requests.
    Requests(u64),
}

/// How connections are opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Connect {
    /// So many a second, due whatever the server does; all at once if there is none.
    pub(crate) per_second: Option<f64>,
    /// Most that are being opened at a time.
    pub(crate) in_flight: usize,
    /// How long one may take.
    pub(crate) timeout: Duration,
}

impl Plan {
    /// Looks whether all of it is possible.
    ///
    /// # Errors
    /// The first figure that is not, and what is.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        within("connections", self.connections, 1, CONNECTIONS_MAX)?;
        within("idle connections", self.idle, 0, CONNECTIONS_MAX - self.connections)?;
        within("threads", self.threads, 1, THREADS_MAX.min(self.connections))?;
        within("commands in a pipeline", self.pipeline, 1, PIPELINE_MAX)?;
        within("source addresses", self.sources, 1, SOURCES_MAX)?;
        within("connects in flight", self.connect.in_flight, 1, CONNECTIONS_MAX)?;
        within("keys", self.keyspace, 1, NUMBER_LIMIT)?;
        within("bytes of data", self.data_bytes, 0, DATA_MAX)?;
        if let Pace::Open { per_second, .. } = self.pace {
            rate("requests a second", per_second)?;
        }
        if let Some(per_second) = self.connect.per_second {
            rate("connects a second", per_second)?;
        }
        match self.stop {
            Stop::Requests(requests) => within("requests", requests, 1, u64::MAX)?,
            Stop::After(duration) => time("duration", duration, Duration::from_millis(1))?,
        }
        time("warm-up", self.warmup, Duration::ZERO)?;
        time("connect timeout", self.connect.timeout, Duration::from_millis(1))?;
        time("reply timeout", self.reply_timeout, Duration::from_millis(1))?;
        if let Distribution::Zipf { exponent } = self.distribution
            && !(exponent > 0.0 && exponent <= 10.0)
        {
            return Err(LoadError::Plan(format!(
                "a Zipf exponent of {exponent} is not possible; it is more than 0 and at most 10"
            )));
        }
        self.check_sources()?;
        self.mix.check()?;
        self.check_memory()
    }

    /// All connections, idle ones too.
    pub(crate) fn all_connections(&self) -> usize {
        self.connections + self.idle
    }

    fn check_sources(&self) -> Result<(), LoadError> {
        let loopback = match self.target {
            Target::Tcp(address) => matches!(address.ip(), IpAddr::V4(ip) if ip.is_loopback()),
            Target::Unix(_) => false,
        };
        if self.sources > 1 && !loopback {
            return Err(LoadError::Plan(format!(
                "several source addresses are 127.0.0.1 and those after it, which reach only a server on 127.x.x.x, \
                 not {}; leave out --sources",
                self.target
            )));
        }
        Ok(())
    }

    fn check_memory(&self) -> Result<(), LoadError> {
        let data = vec![0; self.data_bytes];
        let mut largest = 0;
        for share in &self.mix.shares {
            largest = largest.max(Template::new(&share.text, &data).map_or(0, |it| it.len()));
        }
        let bytes = largest.saturating_mul(self.connections);
        if bytes > REQUESTS_BYTES_MAX {
            return Err(LoadError::Plan(format!(
                "{} connections that send requests of {largest} bytes take {} MiB; {} MiB are possible: fewer \
                 connections or less data",
                self.connections,
                bytes >> 20,
                REQUESTS_BYTES_MAX >> 20
            )));
        }
        Ok(())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

fn within<T: Copy + PartialOrd + fmt::Display>(
    what: &str,
    value: T,
    min: T,
    max: T,
) -> Result<(), LoadError> {
    if value >= min && value <= max {
        return Ok(());
    }
    Err(LoadError::Plan(format!("{value} {what} are not possible; from {min} to {max} are")))
}

fn rate(what: &str, per_second: f64) -> Result<(), LoadError> {
    if per_second > 0.0 && per_second <= RATE_MAX {
        return Ok(());
    }
    Err(LoadError::Plan(format!(
        "{per_second} {what} are not possible; the rate is more than 0 and at most {RATE_MAX}"
    )))
}

fn time(what: &str, value: Duration, min: Duration) -> Result<(), LoadError> {
    if value >= min && value <= DURATION_MAX {
        return Ok(());
    }
    Err(LoadError::Plan(format!(
        "a {what} of {} s is not possible; it is from {} s to {} s",
        value.as_secs_f64(),
        min.as_secs_f64(),
        DURATION_MAX.as_secs()
    )))
}

#[cfg(test)]
impl Plan {
    /// A plan to change in tests: one connection, one request, closed loop.
    pub(super) fn example() -> Self {
        let mut mix = Mix::default();
        mix.add_named("ping").expect("a name");
        Self {
            target: Target::Tcp(SocketAddr::from(([127, 0, 0, 1], 6379))),
            greeting: Greeting::default(),
            connections: 1,
            idle: 0,
            sources: 1,
            threads: 1,
            pipeline: 1,
            pace: Pace::Closed,
            stop: Stop::Requests(1),
            warmup: Duration::ZERO,
            mix,
            keyspace: 1,
            distribution: Distribution::Uniform,
            data_bytes: 3,
            prefill: false,
            connect: Connect { per_second: None, in_flight: 1, timeout: Duration::from_secs(1) },
            reply_timeout: Duration::from_secs(1),
            seed: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut Plan)) -> String {
        let mut plan = Plan::example();
        change(&mut plan);
        plan.check().map_or_else(|error| error.to_string(), |()| "possible".into())
    }

    #[test]
    fn what_no_command_line_can_say_is_refused_as_well() {
        let open = |per_second| Pace::Open { per_second, arrivals: Arrivals::Fixed };
        for rate in [f64::NAN, -1.0, 0.0, f64::INFINITY] {
            let text =
                format!("{rate} requests a second are not possible; the rate is more than 0");
            assert!(refusal(|plan| plan.pace = open(rate)).starts_with(&text), "{rate}");
            let text = refusal(|plan| plan.connect.per_second = Some(rate));
            assert!(text.starts_with(&format!("{rate} connects a second are not")), "{text}");
        }
        let exponent = |exponent| Distribution::Zipf { exponent };
        let text = refusal(|plan| plan.distribution = exponent(f64::NAN));
        assert!(text.starts_with("a Zipf exponent of NaN is not possible"), "{text}");
        let text = refusal(|plan| plan.stop = Stop::After(Duration::MAX));
        assert!(text.contains("it is from 0.001 s to 86400 s"), "{text}");
        assert_eq!(refusal(|plan| plan.idle = 3_999_999), "possible");
        let text = refusal(|plan| plan.idle = 4_000_000);
        assert!(text.contains("from 0 to 3999999"), "{text}");
        assert_eq!(refusal(|plan| plan.pace = open(0.001)), "possible");
    }
}
