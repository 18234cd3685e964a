//! What CONFIG SET and CONFIG REWRITE mean outside of the core: listeners, the limit of open files, the log, the file.
//! All other settings are read by whoever lives by them, each time.

use crate::gauges::Gauges;
use crate::listen::Doors;
use crate::throttle::Admission;
use crate::{descriptors, logging, rewrite};
use redloop_core::config::{Config, HostSettings};
use redloop_core::ds::dict::HashKey;
use redloop_core::value::Thresholds;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where clients come in.
    pub(crate) doors: Arc<Doors>,
    /// Which of them, and how fast.
    pub(crate) admission: Arc<Admission>,
    /// What the model counts.
    pub(crate) gauges: Arc<Gauges>,
    /// Open files that are no clients.
    pub(crate) reserved_files: usize,
    /// The configuration file.
    pub(crate) config_file: PathBuf,
    /// What a configuration file need not say.
    pub(crate) defaults: Config,
}

impl HostSettings for Settings {
    fn change(
        &mut self,
        names: &[&'static str],
        config: &Config,
    ) -> Result<(), (&'static str, String)> {
        if names.contains(&"maxclients") {
            let possible = descriptors::provide_for(config.maxclients, self.reserved_files);
            if possible < config.maxclients {
                let why = format!(
                    "The operating system is not able to handle the specified number of clients, try with {possible}"
                );
                return Err(("maxclients", why));
            }
        }
        if names.contains(&"offload-threshold")
            && config.offload_units > 0
            && !self.gauges.offload()
        {
            return Err(("offload-threshold", NO_HELPERS.to_owned()));
        }
        let doors = ["bind", "port"].into_iter().find(|name| names.contains(name));
        if let Some(name) = doors
            && let Err(error) = self.doors.reopen(config)
        {
            log::warn!("{error}");
            let why = match name {
                "bind" => "Failed to bind to specified addresses.",
                _ => "Unable to listen on this port. Check server logs.",
            };
            return Err((name, why.to_owned()));
        }
        self.admission.follow(config);
        if names.contains(&"loglevel") {
            logging::set_level(&config.named("loglevel"));
        }
        Ok(())
    }

    fn model(&self, session_bytes: usize) -> Vec<(String, String)> {
        self.gauges.lines(session_bytes)
    }

    fn rewrite(&mut self, config: &Config) -> Result<(), String> {
        match rewrite::rewrite(&self.config_file, config, &self.defaults) {
            Ok(()) => {
                log::info!("The configuration file was rewritten.");
                Ok(())
            }
            Err(error) => {
                log::warn!("The configuration file cannot be rewritten: {error}");
                Err(plain(&error))
            }
        }
    }
}

/// Raises the limit of open files for `maxclients` beside the `reserved` ones, or lowers `maxclients` to what the system
/// allows.
///
/// # Errors
/// It allows none.
pub(crate) fn provide_for_clients(config: &mut Config, reserved: usize) -> io::Result<()> {
    let possible = descriptors::provide_for(config.maxclients, reserved);
    if possible == 0 {
        return Err(io::Error::other(format!(
            "The limit of open files leaves none for clients: the server itself needs {reserved}. Raise it: ulimit -n."
        )));
    }
    if possible < config.maxclients {
        log::warn!(
            "The limit of open files allows {possible} clients: maxclients was {} and is {possible} now. Raise the limit for more: ulimit -n.",
            config.maxclients
        );
        config.maxclients = possible;
    }
    Ok(())
}

/// Why offload-threshold is refused.
pub(crate) const NO_HELPERS: &str =
    "there are no helper threads to send work to. Start the server with --offload yes.";

/// The settings of a server that is told nothing.
pub(crate) fn defaults() -> Config {
    // The key hashes elements, of which there are none.
    Config::new(Thresholds::new(HashKey(0, 0)))
}

/// The system's own words, without the number Rust adds to them.
fn plain(error: &io::Error) -> String {
    #[cfg(unix)]
    if let Some(number) = error.raw_os_error() {
        return nix::errno::Errno::from_raw(number).desc().to_owned();
    }
    error.to_string()
}
