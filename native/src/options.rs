//! How the server is started: `redloop [redis.conf] [--directive value …]`. Directives are those of the configuration
//! file; the command line is read after the file and wins. The settings' names and checks are the core's; here is only
//! what must be known before there is an engine.

use crate::models::{
    Model, event_loop::EventLoop, task_per_connection::TaskPerConnection, worker_pool::WorkerPool,
};
use crate::settings;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use redloop_core::config::{Config, parameters};
use redloop_core::util::quote::split_words;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Everything that start-up needs.
#[derive(Debug)]
pub(crate) struct Start {
    /// Absolute path of the configuration file, or empty.
    pub(crate) config_file: String,
    /// Logical databases.
    pub(crate) databases: usize,
    /// Threads that serve connections, for models that have several.
    pub(crate) workers: usize,
    /// Heavy work leaves the engine's thread.
    pub(crate) offload: bool,
    /// Where the page is served, if it is.
    pub(crate) http_port: Option<u16>,
    /// The page's folder.
    pub(crate) web_root: PathBuf,
    /// In order; later ones win.
    directives: Vec<Directive>,
}

/// One setting with where it stands, for error messages.
#[derive(Debug)]
struct Directive {
    name: String,
    values: Vec<Vec<u8>>,
    place: String,
}

/// Why the server cannot start.
pub(crate) enum Failure {
    /// The command line, or a wish for help.
    CommandLine(clap::Error),
    /// The configuration.
    Configuration(String),
}

/// Configuration files may include others this deep.
const INCLUDE_DEPTH_MAX: usize = 16;

/// The concurrency models, by name.
const MODELS: [&str; 3] = [EventLoop::NAME, TaskPerConnection::NAME, WorkerPool::NAME];

/// Directives worth a line of help; every other parameter of CONFIG works as well.
const HELPFUL: [(&str, &str, &str); 23] = [
    ("port", "N", "Port for Redis clients; 0: no TCP [default: 6379]"),
    ("bind", "ADDRESS…", "Addresses to listen on; -ADDRESS may be missing [default: * -::*]"),
    ("unixsocket", "PATH", "Also listen on this unix socket"),
    ("unixsocketperm", "MODE", "Its permissions, octal"),
    ("requirepass", "PASSWORD", "Clients must AUTH with this password"),
    ("protected-mode", "yes|no", "Without a password, serve this machine only [default: yes]"),
    ("maxclients", "N", "Most clients at a time [default: 10000]"),
    ("timeout", "SECONDS", "Close clients that are idle for so long; 0: never [default: 0]"),
    ("tcp-keepalive", "SECONDS", "Probe silent peers; 0: never [default: 300]"),
    ("tcp-backlog", "N", "Connections that may wait to be accepted [default: 511]"),
    ("model", "NAME", "event-loop, task-per-connection or worker-pool [default: event-loop]"),
    ("workers", "N", "Threads for connections, but for event-loop [default: one a core]"),
    ("offload", "yes|no", "Heavy work leaves the engine's thread [default: no]"),
    ("offload-threshold", "N", "Elements from which on a command that only reads does; 0: none"),
    ("accept-rate", "N", "Connections let in per second; 0: as many as come [default: 0]"),
    ("max-connections-per-ip", "N", "Connections from one address; 0: any number [default: 0]"),
    ("databases", "N", "Logical databases [default: 16]"),
    ("loglevel", "LEVEL", "debug, verbose, notice, warning or nothing [default: notice]"),
    ("logfile", "PATH", "Log there instead of to standard output"),
    ("enable-debug-command", "yes|no|local", "Whether DEBUG may be used [default: no]"),
    ("notify-keyspace-events", "CLASSES", "Keyspace events to publish, e.g. KEA [default: none]"),
    ("save", "\"\"", "Snapshots; only \"\" (none) for now"),
    ("appendonly", "no", "Append-only file; only no for now"),
];

/// Reads the command line and the configuration file it names.
pub(crate) fn read(args: impl Iterator<Item = OsString>) -> Result<Start, Failure> {
    let matches =
        command().try_get_matches_from(join_values(args)).map_err(Failure::CommandLine)?;
    let mut directives = Vec::new();
    let mut config_file = String::new();
    if let Some(path) = matches.get_one::<PathBuf>("config") {
        read_file(path, 0, &mut directives)?;
        config_file = absolute(path).display().to_string();
    }
    directives.extend(from_command_line(&matches)?);
    let mut start = Start {
        config_file,
        databases: redloop_core::limits::DATABASES,
        workers: std::thread::available_parallelism().map_or(1, usize::from),
        offload: false,
        http_port: matches.get_one("http-port").copied(),
        web_root: absolute(
            matches.get_one("web-root").map_or(Path::new("web/dist"), PathBuf::as_path),
        ),
        directives,
    };
    start.note_own()?;
    start.apply(&mut settings::defaults()).map_err(Failure::Configuration)?;
    Ok(start)
}

impl Start {
    /// Applies every directive to the engine's settings.
    ///
    /// # Errors
    /// The text for the operator: where the directive stands, and what is wrong with it.
    pub(crate) fn apply(&self, config: &mut Config) -> Result<(), String> {
        for directive in &self.directives {
            let values: Vec<&[u8]> = directive.values.iter().map(Vec::as_slice).collect();
            config.apply(&directive.name, &values).map_err(|error| directive.failure(&error))?;
        }
        let folder = std::env::current_dir().unwrap_or_default();
        config.apply("dir", &[folder.as_os_str().as_encoded_bytes()])
    }

    /// The last value of a one-word directive.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let directive = self.directives.iter().rev().find(|directive| directive.name == name)?;
        std::str::from_utf8(directive.values.first()?).ok()
    }

    /// Takes what is needed before there is an engine, and refuses what does not exist yet.
    fn note_own(&mut self) -> Result<(), Failure> {
        for directive in &self.directives {
            let value = directive
                .values
                .first()
                .map_or("", |value| std::str::from_utf8(value).unwrap_or(""));
            let number = |what: &str| {
                value
                    .parse::<u32>()
                    .map_err(|_| directive.refusal(&format!("'{value}' is not {what}")))
            };
            match directive.name.as_str() {
                "databases" => {
                    let databases = number("a number of databases")? as usize;
                    if !(1..=DATABASES_MAX).contains(&databases) {
                        return Err(directive.refusal(&format!(
                            "from 1 to {DATABASES_MAX} databases are possible"
                        )));
                    }
                    self.databases = databases;
                }
                "model" if !MODELS.contains(&value) => {
                    return Err(directive.refusal(&format!("the models are {}", MODELS.join(", "))));
                }
                "workers" => {
                    let workers = number("a number of threads")? as usize;
                    if !(1..=WORKERS_MAX).contains(&workers) {
                        return Err(directive
                            .refusal(&format!("from 1 to {WORKERS_MAX} workers are possible")));
                    }
                    self.workers = workers;
                }
                "offload" => self.offload = value.eq_ignore_ascii_case("yes"),
                "unixsocketperm" if !is_mode(value) => {
                    return Err(directive.refusal("permissions are octal, from 0 to 777"));
                }
                // Later relative paths are meant from there.
                "dir" => std::env::set_current_dir(value)
                    .map_err(|error| directive.refusal(&error.to_string()))?,
                "save" if !value.is_empty() => {
                    return Err(directive
                        .refusal("snapshots do not exist yet; use save \"\" until they do"));
                }
                "appendonly" if value.eq_ignore_ascii_case("yes") => {
                    return Err(directive.refusal(
                        "the append-only file does not exist yet; use appendonly no until it does",
                    ));
                }
                "syslog-enabled" if value.eq_ignore_ascii_case("yes") => {
                    return Err(directive.refusal(
                        "there is no way to syslog here; the log goes to standard output or a logfile",
                    ));
                }
                "daemonize" if value.eq_ignore_ascii_case("yes") => {
                    return Err(directive.refusal("the server stays in the foreground; let systemd or a shell put it in the background"));
                }
                _ => {}
            }
        }
        let threshold = self.directives.iter().rev().find(|it| it.name == "offload-threshold");
        match threshold {
            Some(directive) if !self.offload && self.text("offload-threshold") != Some("0") => {
                Err(directive.refusal(settings::NO_HELPERS))
            }
            _ => Ok(()),
        }
    }
}

/// The path for whom the working directory has changed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn is_mode(text: &str) -> bool {
    u32::from_str_radix(text, 8).is_ok_and(|mode| mode <= 0o777)
}

/// Most threads that serve connections: more than cores help nobody, and few machines have more cores.
const WORKERS_MAX: usize = 256;

/// Most logical databases: each costs a few hundred bytes, and nobody has use for more.
const DATABASES_MAX: usize = 65_536;

impl Directive {
    fn failure(&self, error: &str) -> String {
        let values: Vec<_> =
            self.values.iter().map(|value| String::from_utf8_lossy(value)).collect();
        format!("{}: '{} {}': {error}", self.place, self.name, values.join(" "))
    }

    fn refusal(&self, error: &str) -> Failure {
        Failure::Configuration(self.failure(error))
    }
}

impl Failure {
    /// Tells the user; the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Failure::CommandLine(error) => {
                // Help and version go to standard output and are no failures.
                let _ = error.print();
                ExitCode::from(error.exit_code() as u8)
            }
            Failure::Configuration(text) => {
                eprintln!("redloop: {text}");
                ExitCode::FAILURE
            }
        }
    }
}

fn command() -> Command {
    let mut command = Command::new("redloop")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A fast Redis-compatible server with a window into its event loop")
        .after_help("Any parameter of CONFIG GET * can be given as --name value, or as a line of the configuration file.\n`redloop bench --help`: the load generator.\n`redloop lab --help`: the models measured beside each other.")
        .arg(Arg::new("config").value_name("redis.conf").value_parser(value_parser!(PathBuf)).help("Configuration file"))
        .arg(
            Arg::new("http-port")
                .long("http-port")
                .value_name("N")
                .value_parser(value_parser!(u16))
                .help("Serve the playground on 127.0.0.1:N"),
        )
        .arg(
            Arg::new("web-root")
                .long("web-root")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("The playground's files [default: web/dist]"),
        );
    for (name, value, help) in HELPFUL {
        let arg = Arg::new(name).long(name).action(ArgAction::Append);
        command = command.arg(arg.value_name(value).help(help));
    }
    for name in parameters::names().filter(|name| HELPFUL.iter().all(|(known, ..)| known != name)) {
        command = command.arg(Arg::new(name).long(name).action(ArgAction::Append).hide(true));
    }
    command
}

/// `--bind 127.0.0.1 -::1` → `--bind=127.0.0.1 -::1`: an option's values reach to the next option, as Redis has it.
fn join_values(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut in_option = false;
    for argument in args {
        let text = argument.to_string_lossy();
        let short_flag =
            text.len() == 2 && text.starts_with('-') && text.as_bytes()[1].is_ascii_alphabetic();
        if text.starts_with("--") || short_flag {
            in_option = text.starts_with("--") && !matches!(&*text, "--help" | "--version");
            joined.push(argument);
        } else if in_option && let Some(last) = joined.last_mut() {
            let has_value = last.to_string_lossy().contains('=');
            last.push(if has_value { " " } else { "=" });
            last.push(argument);
        } else {
            joined.push(argument);
        }
    }
    joined
}

fn from_command_line(matches: &ArgMatches) -> Result<Vec<Directive>, Failure> {
    let mut directives = Vec::new();
    for id in matches.ids().filter(|id| !matches!(id.as_str(), "config" | "http-port" | "web-root"))
    {
        let name = id.as_str();
        for text in matches.get_many::<String>(name).unwrap_or_default() {
            let place = "command line".to_owned();
            let mut values = split_words(text.as_bytes()).ok_or_else(|| {
                Failure::Configuration(format!("{place}: unbalanced quotes in --{name} {text}"))
            })?;
            if values.is_empty() {
                values.push(Vec::new());
            }
            directives.push(Directive { name: name.to_owned(), values, place });
        }
    }
    Ok(directives)
}

fn read_file(path: &Path, depth: usize, directives: &mut Vec<Directive>) -> Result<(), Failure> {
    let fail = |text: String| Failure::Configuration(format!("{}: {text}", path.display()));
    if depth > INCLUDE_DEPTH_MAX {
        return Err(fail(format!("included more than {INCLUDE_DEPTH_MAX} files deep")));
    }
    let text = std::fs::read(path)
        .map_err(|error| fail(format!("cannot read the configuration file: {error}")))?;
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let place = format!("{} line {}", path.display(), number + 1);
        let mut words = split_words(line)
            .ok_or_else(|| Failure::Configuration(format!("{place}: unbalanced quotes")))?
            .into_iter();
        let Some(name) = words.next() else { continue };
        let name = String::from_utf8_lossy(&name).to_ascii_lowercase();
        let values: Vec<_> = words.collect();
        if name == "include" {
            for value in values {
                read_file(Path::new(&*String::from_utf8_lossy(&value)), depth + 1, directives)?;
            }
            continue;
        }
        directives.push(Directive { name, values, place });
    }
    Ok(())
}
