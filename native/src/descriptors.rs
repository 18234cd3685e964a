//! The system's limit on open files, which is the limit on clients too: it is raised as far as `maxclients` needs.

/// Files that are no clients, at least: listeners, the log, the page, what the runtime needs.
const RESERVED_MIN: usize = 32;
/// Those of them that have nothing to do with workers.
const RESERVED_FOR_ALL: usize = 20;
/// What a worker's runtime needs.
const RESERVED_PER_WORKER: usize = 4;

/// Files that are no clients in a server with so many workers.
pub(crate) fn reserved(workers: usize) -> usize {
    RESERVED_MIN.max(RESERVED_FOR_ALL + RESERVED_PER_WORKER * workers)
}

/// Raises the limit so that `clients` can be connected beside the `reserved` files; how many can, at most `clients`.
pub(crate) fn provide_for(clients: usize, reserved: usize) -> usize {
    clients.min(raise(clients.saturating_add(reserved)).saturating_sub(reserved))
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
