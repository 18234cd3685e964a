//! A connection for clients of any kind: several commands out, as many replies in, whatever they are. What replies say is
//! of no interest here, but an error is.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::super::load::Batch;

/// How long a reply may take; a server that is silent for longer has failed.
const REPLY_TIMEOUT: Duration = Duration::from_secs(60);

/// A connection that waits for its replies.
pub(super) struct Talk {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Talk {
    pub(super) fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(REPLY_TIMEOUT))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends the batch and waits for all its replies; how many there were.
    pub(super) fn ask(&mut self, batch: &Batch) -> Result<u64> {
        self.write(batch.bytes())?;
        for _ in 0..batch.commands() {
            self.reply().with_context(|| {
                let bytes = batch.bytes();
                format!("to {}", String::from_utf8_lossy(&bytes[..bytes.len().min(200)]))
            })?;
        }
        Ok(batch.commands())
    }

    /// Sends bytes as they are.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(bytes)?)
    }

    /// Waits for a reply, which is forgotten.
    pub(super) fn reply(&mut self) -> Result<()> {
        while !self.take_reply()? {
            self.read()?;
        }
        Ok(())
    }

    /// Reads what comes within `patience`; how many replies that were.
    pub(super) fn hear(&mut self, patience: Duration) -> Result<u64> {
        self.stream.set_read_timeout(Some(patience))?;
        let came = self.read();
        self.stream.set_read_timeout(Some(REPLY_TIMEOUT))?;
        if let Err(error) = came {
            let silence = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut);
            if !error.downcast_ref().is_some_and(|it: &std::io::Error| silence(it.kind())) {
                return Err(error);
            }
        }
        let mut heard = 0;
        while self.take_reply()? {
            heard += 1;
        }
        Ok(heard)
    }

    fn take_reply(&mut self) -> Result<bool> {
        let Some(length) = reply_length(&self.received)? else { return Ok(false) };
        self.received.drain(..length);
        Ok(true)
    }

    fn read(&mut self) -> Result<()> {
        let mut buffer = [0; 16 * 1024];
        let read = self.stream.read(&mut buffer)?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        self.received.extend_from_slice(&buffer[..read]);
        Ok(())
    }
}

/// Bytes of the reply at the front, if it is whole. An error is one here too.
fn reply_length(bytes: &[u8]) -> Result<Option<usize>> {
    let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
    let line = String::from_utf8_lossy(&bytes[..end]);
    let mut length = end + 2;
    let count = || line[1..].parse::<i64>().with_context(|| format!("no number in {line:?}"));
    match bytes[0] {
        b'+' | b':' => {}
        b'$' => length += usize::try_from(count()?).map_or(0, |content| content + 2),
        b'*' => {
            for _ in 0..count()? {
                let Some(element) = reply_length(bytes.get(length..).unwrap_or_default())? else {
                    return Ok(None);
                };
                length += element;
            }
        }
        _ => bail!("the server answered {line}"),
    }
    Ok((length <= bytes.len()).then_some(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_have_a_length() {
        for (bytes, length) in [
            (&b""[..], None),
            (b"+OK\r", None),
            (b"+OK\r\n+more\r\n", Some(5)),
            (b":12\r\n", Some(5)),
            (b"$-1\r\n", Some(5)),
            (b"$2\r\nab\r", None),
            (b"$2\r\nab\r\n", Some(8)),
            (b"*-1\r\n", Some(5)),
            (b"*2\r\n:1\r\n", None),
            (b"*2\r\n:1\r\n$1\r\na\r\n", Some(15)),
        ] {
            assert_eq!(reply_length(bytes).unwrap(), length, "{bytes:?}");
        }
        assert!(reply_length(b"-ERR no\r\n").is_err());
    }
}
