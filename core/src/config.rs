//! The operator's settings as the engine uses them: typed values with Redis' defaults. The names, texts and checks of
//! CONFIG GET/SET are in `parameters`.

use crate::effects::Class;
use crate::limits;
use crate::value::Thresholds;

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
    /// lfu-log-factor
    pub lfu_log_factor: u64,
    /// lfu-decay-time, minutes.
    pub lfu_decay_minutes: u64,
    /// enable-debug-command
    pub enable_debug_command: DebugCommand,
    /// protected-mode
    pub protected_mode: bool,
    /// Active expiry of keys (DEBUG SET-ACTIVE-EXPIRE).
    pub active_expire: bool,
    /// Parameters that the engine keeps for the host or for clients' sake, as text, by name.
    pub texts: std::collections::BTreeMap<&'static str, String>,
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
            lfu_log_factor: 10,
            lfu_decay_minutes: 1,
            enable_debug_command: DebugCommand::No,
            protected_mode: true,
            active_expire: true,
            texts: std::collections::BTreeMap::new(),
        }
    }
}

impl Config {
    /// Sets one parameter from its words, as a line of the configuration file does.
    ///
    /// # Errors
    /// What is wrong with the name or the value.
    pub fn apply(&mut self, name: &str, values: &[&[u8]]) -> Result<(), String> {
        let value = values.first().map_or("", |value| std::str::from_utf8(value).unwrap_or(""));
        match name {
            "requirepass" => self.requirepass = value.into(),
            "maxclients" => self.maxclients = value.parse().map_err(|_| "not a number")?,
            "timeout" => self.timeout_s = value.parse().map_err(|_| "not a number")?,
            "protected-mode" => self.protected_mode = value != "no",
            "enable-debug-command" => self.enable_debug_command = DebugCommand::Yes,
            _ if parameters::names().any(|known| known == name) => {}
            _ => return Err("no such parameter".into()),
        }
        Ok(())
    }
}

/// The parameters' names and texts.
pub mod parameters {
    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ["port", "bind", "save", "appendonly", "io-threads"].into_iter()
    }
}
