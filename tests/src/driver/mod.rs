//! One trait behind which an engine in process and a server over TCP look the same to a transcript.

mod process;
mod tcp;

pub use process::{Flavour, Server};
pub use tcp::TcpDriver;

use std::time::Duration;

/// Named clients of one fresh engine.
pub trait Driver {
    /// What this is, for `only` and `not` and `[engine]`: the engine, then the host.
    fn labels(&self) -> Vec<&'static str>;

    /// A new client.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn connect(&mut self, client: &str) -> Result<(), String>;

    /// Bytes from a client, in one write. Sending on a connection that just ended is not an error.
    ///
    /// # Errors
    /// When there is no such client, or the engine stopped reading for good.
    fn send(&mut self, client: &str, bytes: &[u8]) -> Result<(), String>;

    /// The client hangs up.
    ///
    /// # Errors
    /// When there is no such client.
    fn close(&mut self, client: &str) -> Result<(), String>;

    /// The client will send no more, and goes on reading.
    ///
    /// # Errors
    /// When there is no such client.
    fn half_close(&mut self, client: &str) -> Result<(), String>;

    /// Time passes.
    ///
    /// # Errors
    /// When the engine fails.
    fn wait(&mut self, time: Duration) -> Result<(), String>;

    /// Lets the engine do all it can do now.
    ///
    /// # Errors
    /// When it does not come to rest.
    fn settle(&mut self) -> Result<(), String>;

    /// Appends what the client received since; false when the connection has ended.
    ///
    /// # Errors
    /// When there is no such client.
    fn receive(&mut self, client: &str, into: &mut Vec<u8>) -> Result<bool, String>;

    /// How long a reply that is due may take to arrive; zero where time is virtual.
    fn patience(&self) -> Duration;
}
