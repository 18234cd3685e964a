//! The system's limit on open files, which is the limit on clients too: it is raised as far as `maxclients` needs.

/// Files that are no clients: listeners, the log, the page, what the runtime needs.
const RESERVED: usize = 32;

/// Raises the limit so that `clients` can be connected; how many can, at most `clients`.
pub(crate) fn provide_for(clients: usize) -> usize {
    clients.min(raise(clients.saturating_add(RESERVED)).saturating_sub(RESERVED))
}

/// Raises the limit to `wanted`, or as far as it goes; the limit in force.
#[cfg(unix)]
fn raise(wanted: usize) -> usize {
    use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};
    let limits = || getrlimit(Resource::RLIMIT_NOFILE);
    let Ok((soft, hard)) = limits() else { return wanted };
    let files = wanted as rlim_t;
    if soft >= files {
        return wanted;
    }
    // Only the privileged may go over the hard limit.
    let set = |soft| setrlimit(Resource::RLIMIT_NOFILE, soft, soft.max(hard));
    if let Err(error) = set(files) {
        log::warn!("Cannot raise the limit of open files to {wanted}: {error}.");
        if let Err(error) = set(hard) {
            log::warn!("Cannot raise the limit of open files to {hard}: {error}.");
        }
    }
    limits().map_or(wanted, |(soft, _)| usize::try_from(soft).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn raise(wanted: usize) -> usize {
    wanted
}
