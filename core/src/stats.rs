//! Counters behind INFO: totals since start (or CONFIG RESETSTAT), by command and by error.

use crate::command::CommandId;

/// Totals since the last reset.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Connections ever accepted.
    pub connections: u64,
    /// Connections refused for maxclients.
    pub rejected_connections: u64,
    /// Commands run.
    pub commands: u64,
    /// Bytes received.
    pub input_bytes: u64,
    /// Bytes sent.
    pub output_bytes: u64,
    /// Errors answered.
    pub errors: u64,
    /// Clients closed for their output buffer.
    pub output_limit_closes: u64,
    /// Clients closed for their query buffer.
    pub query_limit_closes: u64,
    /// Commands that ran elsewhere.
    pub offloaded_jobs: u64,
    /// Writes that waited for one.
    pub offload_postponed_writes: u64,
    /// Iterations of the loop.
    pub iterations: u64,
    /// By command number.
    pub by_command: Vec<CommandStats>,
    /// Errors by their first word, in order.
    pub by_error: Vec<(Box<str>, u64)>,
}

/// What INFO commandstats shows of one command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommandStats {
    /// Times it ran.
    pub calls: u64,
    /// Nanoseconds it ran for in all, by the host's clock.
    pub nanoseconds: u64,
    /// Times it was refused before it ran.
    pub rejected: u64,
    /// Times it answered an error.
    pub failed: u64,
}

/// Most different first words of errors that are told apart; a script could make up any number.
const ERROR_CODES_MAX: usize = 128;

impl Stats {
    /// Zeroes for `commands` commands.
    pub fn new(commands: usize) -> Self {
        Stats { by_command: vec![CommandStats::default(); commands], ..Stats::default() }
    }

    /// All zero again.
    pub fn reset(&mut self) {
        *self = Stats::new(self.by_command.len());
    }

    /// Counts an error reply.
    pub fn error(&mut self, code: &str) {
        self.errors += 1;
        match self.by_error.binary_search_by(|(other, _)| (**other).cmp(code)) {
            Ok(at) => self.by_error[at].1 += 1,
            Err(at) if self.by_error.len() < ERROR_CODES_MAX => {
                self.by_error.insert(at, (code.into(), 1));
            }
            Err(_) => {}
        }
    }

    /// A command's counters.
    #[inline]
    pub fn command(&mut self, id: CommandId) -> &mut CommandStats {
        &mut self.by_command[usize::from(id.0)]
    }
}
