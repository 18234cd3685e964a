//! What tells others that the server runs: the file with its process number, and systemd's readiness message. Neither
//! is worth not starting for.

use redloop_core::config::Config;
use std::path::PathBuf;

/// Says that the server is ready, to whom the settings name. Takes the file away when dropped.
#[derive(Debug)]
pub(crate) struct Announced {
    pidfile: Option<PathBuf>,
}

/// Announces a server that is ready.
pub(crate) fn announce(config: &Config) -> Announced {
    let pidfile = config.named("pidfile");
    let pidfile = (!pidfile.is_empty()).then(|| PathBuf::from(&*String::from_utf8_lossy(&pidfile)));
    let pidfile = pidfile.filter(|path| {
        std::fs::write(path, format!("{}\n", std::process::id()))
            .inspect_err(|error| log::warn!("Cannot write the pidfile {}: {error}", path.display()))
            .is_ok()
    });
    #[cfg(target_os = "linux")]
    if matches!(config.named("supervised").as_slice(), b"systemd" | b"auto")
        && let Some(address) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = notify(&address)
    {
        log::warn!("Cannot tell systemd: {error}");
    }
    Announced { pidfile }
}

/// The message of sd_notify(3), to a path, or to an abstract name after `@`.
#[cfg(target_os = "linux")]
fn notify(address: &std::ffi::OsStr) -> std::io::Result<()> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::{ffi::OsStrExt, net};
    let address = match address.as_bytes() {
        [b'@', name @ ..] => net::SocketAddr::from_abstract_name(name)?,
        _ => net::SocketAddr::from_pathname(address)?,
    };
    let message = b"READY=1\nSTATUS=Ready to accept connections\n";
    net::UnixDatagram::unbound()?.send_to_addr(message, &address).map(drop)
}

impl Drop for Announced {
    fn drop(&mut self) {
        if let Some(path) = &self.pidfile {
            // It may be gone already, which is what is wanted.
            let _ = std::fs::remove_file(path);
        }
    }
}
