//! The operator's settings as the engine uses them: typed values with Redis' defaults, and the rest as texts.
//!
//! `parameters` is the table of all names with their kinds, defaults and the typed field behind each; `kinds` reads and
//! prints values. CONFIG GET and SET, the configuration file and the command line all go through that one table.
//!
//! Left out: settings that only make sense with disks, replicas, clusters or TLS are known by name, checked and kept, so
//! that an existing configuration file is accepted; switching on what does not exist is refused.

mod kinds;
pub mod parameters;

pub use kinds::{Kind, Setting, Value};

use crate::effects::Class;
use crate::keyspace::{Keyspace, LfuParameters, Policy};
use crate::limits;
use crate::value::Thresholds;
use parameters::{Change, Parameter};
use std::fmt::Debug;

/// Typed settings.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Config {
    /// requirepass; empty: none.
    pub requirepass: Vec<u8>,
    /// maxclients
    pub maxclients: usize,
    /// timeout: seconds after which an idle client is closed; 0: never.
    pub timeout_s: u64,
    /// tcp-keepalive, seconds; 0: off.
    pub tcp_keepalive_s: u64,
    /// proto-max-bulk-len, bytes.
    pub proto_max_bulk_len: i64,
    /// hll-sparse-max-bytes
    pub hll_sparse_max_bytes: usize,
    /// client-query-buffer-limit, bytes.
    pub query_buffer_max: usize,
    /// client-output-buffer-limit for normal, replica and pubsub clients.
    pub output_limits: [OutputLimit; 3],
    /// notify-keyspace-events; no bit: nothing is announced.
    pub notify: Class,
    /// Packed-form thresholds.
    pub thresholds: Thresholds,
    /// maxmemory-policy, as its text.
    pub maxmemory_policy: &'static str,
    /// maxmemory, bytes; 0: no bound.
    pub maxmemory: u64,
    /// maxmemory-samples
    pub maxmemory_samples: usize,
    /// maxmemory-eviction-tenacity: how much of an eviction a command does; 100: all of it.
    pub eviction_tenacity: usize,
    /// lfu-log-factor
    pub lfu_log_factor: u64,
    /// lfu-decay-time, minutes.
    pub lfu_decay_minutes: u64,
    /// slowlog-log-slower-than, microseconds; negative: nothing is logged.
    pub slowlog_slower_than_us: i64,
    /// slowlog-max-len
    pub slowlog_max_len: usize,
    /// enable-debug-command
    pub enable_debug_command: DebugCommand,
    /// protected-mode
    pub protected_mode: bool,
    /// offload-threshold: elements from which on a command that only reads is sent away; 0: none is.
    pub offload_units: u64,
    /// Active expiry of keys (DEBUG SET-ACTIVE-EXPIRE).
    pub active_expire: bool,
    /// Whether dumps and snapshots compress long strings.
    pub rdb_compression: bool,
    /// Parameters without a typed field that are not at their default, by name.
    pub texts: Vec<(&'static str, Vec<u8>)>,
}

/// A client class' bound on unsent output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimit {
    /// Closed at once above this many bytes; 0: no bound.
    pub hard: u64,
    /// Closed after [`OutputLimit::soft_seconds`] above this many bytes; 0: no bound.
    pub soft: u64,
    /// See above.
    pub soft_seconds: u64,
}

/// Why CONFIG SET refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such parameter: the name as given.
    Unknown(Vec<u8>),
    /// A parameter that is there, by its name as given, and what is wrong.
    Failed(Vec<u8>, String),
}

/// What a host does about settings, while CONFIG waits for it.
pub trait HostSettings: Debug + Send {
    /// `config` holds new values of these parameters: makes them so, all or none.
    ///
    /// # Errors
    /// The parameter to blame, and what is wrong with its value.
    fn change(
        &mut self,
        names: &[&'static str],
        config: &Config,
    ) -> Result<(), (&'static str, String)>;

    /// What its concurrency model counts, as names and values for INFO. `session_bytes`: what the engine keeps for a
    /// client, on average.
    fn model(&self, session_bytes: usize) -> Vec<(String, String)>;

    /// Writes the settings to the configuration file.
    ///
    /// # Errors
    /// Why that is not possible.
    fn rewrite(&mut self, config: &Config) -> Result<(), String>;
}

/// Who may use DEBUG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebugCommand {
    /// Nobody.
    No,
    /// Everybody.
    Yes,
    /// Clients on this machine.
    Local,
}

impl Config {
    /// Redis' defaults.
    pub fn new(thresholds: Thresholds) -> Self {
        const MIB: u64 = 1024 * 1024;
        Config {
            requirepass: Vec::new(),
            maxclients: limits::CLIENTS_MAX,
            timeout_s: 0,
            tcp_keepalive_s: 300,
            proto_max_bulk_len: limits::BULK_MAX,
            hll_sparse_max_bytes: limits::HLL_SPARSE_MAX,
            query_buffer_max: limits::QUERY_BUFFER_MAX,
            output_limits: [
                OutputLimit { hard: 0, soft: 0, soft_seconds: 0 },
                OutputLimit { hard: 256 * MIB, soft: 64 * MIB, soft_seconds: 60 },
                OutputLimit { hard: 32 * MIB, soft: 8 * MIB, soft_seconds: 60 },
            ],
            notify: Class(0),
            thresholds,
            maxmemory_policy: "noeviction",
            maxmemory: 0,
            maxmemory_samples: 5,
            eviction_tenacity: 10,
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
            slowlog_slower_than_us: 10_000,
            slowlog_max_len: 128,
            enable_debug_command: DebugCommand::No,
            protected_mode: true,
            offload_units: 0,
            active_expire: true,
            rdb_compression: true,
            texts: Vec::new(),
        }
    }

    /// Sets one parameter from the words of a configuration line; before clients are served, so what CONFIG SET cannot
    /// change can be set here.
    ///
    /// # Errors
    /// What is wrong with the name or the values.
    pub fn apply(&mut self, name: &str, values: &[&[u8]]) -> Result<(), String> {
        let parameter = parameters::find(name.as_bytes())
            .ok_or_else(|| "Bad directive or wrong number of arguments".to_owned())?;
        if values.len() != 1 && !parameter.kind.takes_words() {
            return Err("wrong number of arguments".to_owned());
        }
        let value = parameter.kind.parse(&values.join(&b' '))?;
        self.put(parameter, &value);
        Ok(())
    }

    /// Sets parameters as CONFIG SET does: all of them, or none.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn set_all<'a>(
        &mut self,
        pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>,
        host: Option<&mut (dyn HostSettings + 'static)>,
    ) -> Result<(), Refusal> {
        // Names are judged before values, as Redis does.
        let mut named: Vec<(&'static Parameter, &[u8], &[u8])> = Vec::new();
        for (name, text) in pairs {
            let failed = |why: &str| Err(Refusal::Failed(name.to_vec(), why.to_owned()));
            let Some(parameter) = parameters::find(name) else {
                return Err(Refusal::Unknown(name.to_vec()));
            };
            match parameter.change {
                Change::Free | Change::Host => {}
                Change::Immutable => return failed("can't set immutable config"),
                Change::Protected => return failed("can't set protected config"),
            }
            if named.iter().any(|(_, other, _)| other.eq_ignore_ascii_case(name)) {
                return failed("duplicate parameter");
            }
            named.push((parameter, name, text));
        }
        let mut values = Vec::with_capacity(named.len());
        for (parameter, name, text) in named {
            let value =
                parameter.kind.parse(text).map_err(|why| Refusal::Failed(name.to_vec(), why))?;
            if parameter.change == Change::Host
                && host.is_none()
                && parameter.kind.print(&value) != self.text(parameter)
            {
                let why = "it cannot be changed while the server runs".to_owned();
                return Err(Refusal::Failed(name.to_vec(), why));
            }
            values.push((parameter, value));
        }
        let Some(host) = host else {
            values.iter().for_each(|(parameter, value)| self.put(parameter, value));
            return Ok(());
        };
        let before = self.clone();
        values.iter().for_each(|(parameter, value)| self.put(parameter, value));
        let names: Vec<_> = values.iter().map(|(parameter, _)| parameter.name).collect();
        host.change(&names, self).map_err(|(name, why)| {
            *self = before;
            Refusal::Failed(name.into(), why)
        })
    }

    /// A parameter's text, as CONFIG GET shows it.
    pub fn text(&self, parameter: &Parameter) -> Vec<u8> {
        match (parameter.setting, self.texts.iter().find(|(name, _)| *name == parameter.name)) {
            (Some(setting), _) => parameter.kind.print(&(setting.read)(self)),
            (None, Some((_, text))) => text.clone(),
            (None, None) => parameter.default.into(),
        }
    }

    /// The text of the parameter with this name; nothing if there is none.
    pub fn named(&self, name: &str) -> Vec<u8> {
        parameters::find(name.as_bytes()).map_or_else(Vec::new, |parameter| self.text(parameter))
    }

    /// How many databases there are, for CONFIG GET: the number is given when the engine is made.
    pub fn note_databases(&mut self, databases: usize) {
        self.put_text("databases", databases.to_string().into_bytes());
    }

    /// Whether this account of memory is above maxmemory.
    #[inline]
    pub fn is_exceeded_by(&self, weight: usize) -> bool {
        self.maxmemory != 0 && weight as u64 > self.maxmemory
    }

    /// The policy by which keys go; `None`: none goes.
    pub fn eviction_policy(&self) -> Option<Policy> {
        Policy::named(self.maxmemory_policy)
    }

    /// Tells the keyspace what it has to know.
    pub fn tell(&self, keys: &mut Keyspace) {
        keys.log_misses = self.notify.has(Class::MISS);
        keys.log_new = self.notify.has(Class::NEW);
        keys.access.lfu = self.maxmemory_policy.ends_with("-lfu").then_some(LfuParameters {
            log_factor: self.lfu_log_factor,
            decay_minutes: self.lfu_decay_minutes,
        });
    }

    fn put_text(&mut self, name: &'static str, text: Vec<u8>) {
        self.texts.retain(|(other, _)| *other != name);
        self.texts.push((name, text));
    }

    fn put(&mut self, parameter: &Parameter, value: &Value) {
        match parameter.setting {
            Some(setting) => (setting.write)(self, value),
            None => {
                self.put_text(parameter.name, parameter.kind.print(value));
            }
        }
    }
}
