//! What the system must allow for so many connections: open files and local ports. Both are looked at before the first
//! connection is opened, since half a load is none.

use super::{
    Progress,
    error::LoadError,
    plan::{Plan, Target},
};
use crate::descriptors;
use std::fs;

/// Ports of one address, if the system does not say: those above 32768 that are usual.
const PORTS_EACH: usize = 28_232;

/// Files that each thread needs beside its connections: its event queue, its waker, its alarm.
const FILES_EACH_THREAD: usize = 8;

/// Raises the limit of open files as far as the plan needs, and looks whether there are enough ports; the limit then in
/// force, if the system says. A limit that was raised is told.
///
/// # Errors
/// When there are not enough of either, with what to do.
pub(crate) fn provide(plan: &Plan, progress: &dyn Progress) -> Result<Option<u64>, LoadError> {
    let connections = plan.all_connections();
    check_ports(plan, ports_each())?;
    let wanted = connections + plan.threads * FILES_EACH_THREAD;
    let before = files_max();
    let possible = descriptors::provide_for(wanted, descriptors::reserved(0));
    if possible < wanted {
        let possible = possible.saturating_sub(plan.threads * FILES_EACH_THREAD);
        return Err(LoadError::Descriptors { wanted: connections, possible });
    }
    let now = files_max();
    if let (Some(before), Some(now)) = (before, now)
        && now > before
    {
        progress.say(&format!("the limit of open files was {before}; raised to {now}"));
    }
    Ok(now)
}

fn check_ports(plan: &Plan, each: usize) -> Result<(), LoadError> {
    let wanted = plan.all_connections();
    let over_tcp = matches!(plan.target, Target::Tcp(_));
    if over_tcp && wanted > each.saturating_mul(plan.sources) {
        return Err(LoadError::Ports { wanted, each, sources: plan.sources });
    }
    Ok(())
}

/// Ports that the system gives to connections of one address.
fn ports_each() -> usize {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<usize>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(first), Some(last)) if last > first => last - first + 1,
        _ => PORTS_EACH,
    }
}

/// The limit of open files in force.
#[cfg(unix)]
fn files_max() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(soft, _)| soft)
}

/// The limit of open files in force.
#[cfg(not(unix))]
fn files_max() -> Option<u64> {
    None
}
