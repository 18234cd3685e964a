//! A client for loading keys: pipelined batches of commands whose replies are lines.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long a reply may take; a server that is silent for longer has failed.
const REPLY_TIMEOUT: Duration = Duration::from_secs(60);

/// How many commands [`Client::fill`] sends at once.
const FILL_BATCH: u64 = 500;

/// A blocking connection.
pub(super) struct Client {
    stream: TcpStream,
    input: Vec<u8>,
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(REPLY_TIMEOUT))?;
        Ok(Self { stream, input: vec![0; 64 * 1024] })
    }

    /// Sends one command whose reply is one line.
    pub(super) fn call(&mut self, words: &[&str]) -> Result<()> {
        let mut batch = Batch::default();
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        batch.push(&words);
        self.send(&batch)
    }

    /// Sends the batch, then reads until every command is answered.
    ///
    /// # Errors
    /// When the connection fails, or any reply is an error.
    pub(super) fn send(&mut self, batch: &Batch) -> Result<()> {
        self.stream.write_all(&batch.bytes)?;
        let mut missing = batch.lines;
        let mut at_line_start = true;
        while missing > 0 {
            let read = self.stream.read(&mut self.input).context("no reply")?;
            if read == 0 {
                bail!("the server closed the connection");
            }
            for byte in &self.input[..read] {
                if at_line_start && *byte == b'-' {
                    let text = String::from_utf8_lossy(&self.input[..read]);
                    bail!("the server answered an error, somewhere in: {:.200}", text);
                }
                at_line_start = *byte == b'\n';
                missing -= u64::from(at_line_start);
            }
        }
        Ok(())
    }

    /// Sends `count` commands, each written by `write` from its number.
    pub(super) fn fill(&mut self, count: u64, write: impl Fn(u64, &mut Batch)) -> Result<()> {
        let mut batch = Batch::default();
        for number in 0..count {
            write(number, &mut batch);
            if batch.commands == FILL_BATCH || number + 1 == count {
                self.send(&batch)?;
                batch.clear();
            }
        }
        Ok(())
    }
}

/// Commands that leave together.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    commands: u64,
    /// Lines of the replies.
    lines: u64,
}

impl Batch {
    /// Adds a command whose reply is a bulk string: two lines.
    pub(super) fn push_for_bulk(&mut self, words: &[&[u8]]) {
        self.push(words);
        self.lines += 1;
    }

    /// Adds a command.
    pub(super) fn push(&mut self, words: &[&[u8]]) {
        // Writing to memory cannot fail.
        let _ = write!(self.bytes, "*{}\r\n", words.len());
        for word in words {
            let _ = write!(self.bytes, "${}\r\n", word.len());
            self.bytes.extend_from_slice(word);
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.commands += 1;
        self.lines += 1;
    }

    /// What is sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many commands that are.
    pub(super) fn commands(&self) -> u64 {
        self.commands
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.commands, self.lines) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_what_a_server_reads() {
        let mut batch = Batch::default();
        batch.push(&[b"SET", b"k", b""]);
        assert_eq!(batch.bytes, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
        assert_eq!(batch.commands, 1);
    }
}
