//! Why a plan cannot be carried out, with what to do about it.

use super::plan::Target;
use std::{fmt, io};

/// Why there is no report.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// A figure of the plan that is not possible, and what is.
    Plan(String),
    /// More files than the system allows.
    Descriptors {
        /// Connections that were asked for.
        wanted: usize,
        /// Connections that the limit allows.
        possible: usize,
    },
    /// More connections than there are local ports.
    Ports {
        /// Connections that were asked for.
        wanted: usize,
        /// Ports of one address.
        each: usize,
        /// Source addresses that were given.
        sources: usize,
    },
    /// No connection could be opened.
    Unreachable {
        /// The server.
        target: Target,
        /// What the system, or the server, said.
        reason: String,
    },
    /// The server answered an error to what should have created the keys.
    Prefill {
        /// What was sent.
        command: String,
        /// What went wrong.
        reason: String,
    },
    /// A thread or its runtime could not be started.
    Start(io::Error),
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(text) => f.write_str(text),
            Self::Descriptors { wanted, possible } => write!(
                f,
                "{wanted} connections need as many open files, but the system's limit allows {possible}: raise the \
                 hard limit (`ulimit -Hn`, LimitNOFILE=, /etc/security/limits.conf), or open fewer"
            ),
            Self::Ports { wanted, each, sources } => write!(
                f,
                "{wanted} connections need more local ports than {sources} source address{} have ({each} each): use \
                 --sources {}, or widen net.ipv4.ip_local_port_range",
                if *sources == 1 { "" } else { "es" },
                wanted.div_ceil((*each).max(1))
            ),
            Self::Unreachable { target, reason } => {
                write!(f, "cannot use {target}: {reason}{}", advice(reason))
            }
            Self::Prefill { command, reason } => write!(
                f,
                "cannot create what the workload reads, at '{command}': {reason}{}",
                if reason.starts_with("WRONGTYPE") {
                    ": a key of that name holds something else; delete it, or use another --db"
                } else {
                    ""
                }
            ),
            Self::Start(error) => write!(f, "cannot start a generator thread: {error}"),
        }
    }
}

/// What to do about it, where that is known.
fn advice(reason: &str) -> &'static str {
    let known = [
        ("Connection refused", ": nobody listens there; start a server, or give --host and --port"),
        ("No such file", ": there is no such unix socket; start a server, or give --socket"),
        ("NOAUTH", ": the server wants a password; give --password, or REDISCLI_AUTH"),
        ("WRONGPASS", ": the password, or the user, is another one; see --password and --user"),
        ("ERR AUTH", ": the server has no password; leave out --password"),
        ("ERR max number of clients", ": raise the server's maxclients, or open fewer connections"),
        ("DENIED", ": the server serves only its own machine without a password"),
        ("ERR DB index", ": the server has fewer databases; see --db"),
        ("NOPROTO", ": the server does not speak RESP3; leave out --resp3"),
        ("LOADING", ": the server is still reading its data; wait until it is ready"),
        (
            "no answer",
            ": the server accepts too slowly, or is stuck; see --connect-timeout and --in-flight",
        ),
    ];
    known.iter().find(|(text, _)| reason.contains(text)).map_or("", |(_, advice)| advice)
}
