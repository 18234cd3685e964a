//! A plain client for what the load generator has no use for: replies that are read, not counted. One request waits for its reply;
//! several may be sent together.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// See the module.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
    /// How many of those were used.
    used: usize,
}

/// A reply, RESP2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Text(Vec<u8>),
    Error(String),
    Integer(i64),
    Null,
    Array(Vec<Reply>),
}

/// How long a connection or a reply may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes read at once.
const READ_SIZE: usize = 16 * 1024;
/// Arrays within arrays.
const DEPTH_MAX: usize = 8;
/// Of one reply; the lab asks for nothing larger.
const REPLY_BYTES_MAX: usize = 64 << 20;

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens or answers.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = timeout(PATIENCE, TcpStream::connect(address))
            .await
            .map_err(|_| format!("{address}: no connection within {} s", PATIENCE.as_secs()))?
            .map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| format!("{address}: {error}"))?;
        Ok(Client { stream, received: Vec::new(), used: 0 })
    }

    /// Sends one request and waits for its reply.
    ///
    /// # Errors
    /// The connection broke, took too long, or the reply is an error.
    pub(crate) async fn ask(&mut self, request: &[&[u8]]) -> Result<Reply, String> {
        let mut bytes = Vec::new();
        encode(request, &mut bytes);
        self.send(&bytes).await?;
        match self.reply().await? {
            Reply::Error(error) => {
                let name = String::from_utf8_lossy(request.first().copied().unwrap_or_default());
                Err(format!("{name}: {error}"))
            }
            reply => Ok(reply),
        }
    }

    /// Sends requests that are encoded already.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.stream
            .write_all(bytes)
            .await
            .map_err(|error| format!("the server's connection: {error}"))
    }

    /// The next reply, errors included.
    ///
    /// # Errors
    /// The connection broke or took too long.
    pub(crate) async fn reply(&mut self) -> Result<Reply, String> {
        loop {
            if let Some((reply, used)) = decode(&self.received[self.used..], 0)? {
                self.used += used;
                return Ok(reply);
            }
            self.received.drain(..self.used);
            self.used = 0;
            if self.received.len() > REPLY_BYTES_MAX {
                return Err(format!("a reply of more than {} MiB", REPLY_BYTES_MAX >> 20));
            }
            self.received.reserve(READ_SIZE);
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await;
            match read {
                Ok(Ok(0)) => return Err("the server closed the connection".into()),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(format!("the server's connection: {error}")),
                Err(_) => return Err(format!("no reply within {} s", PATIENCE.as_secs())),
            }
        }
    }

    /// A section of INFO, by name.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub(crate) async fn info(&mut self, section: &str) -> Result<BTreeMap<String, String>, String> {
        let Reply::Text(text) = self.ask(&[b"INFO", section.as_bytes()]).await? else {
            return Err("INFO: no text".into());
        };
        let pairs = String::from_utf8_lossy(&text)
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Ok(pairs)
    }
}

impl Reply {
    /// As a whole number, written or meant.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Reply::Integer(number) => Some(*number),
            Reply::Text(text) => std::str::from_utf8(text).ok()?.parse().ok(),
            _ => None,
        }
    }
}

/// Appends a request.
pub(crate) fn encode(request: &[&[u8]], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(format!("*{}\r\n", request.len()).as_bytes());
    for word in request {
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
}

/// A reply and its length, if it is whole.
fn decode(bytes: &[u8], depth: usize) -> Result<Option<(Reply, usize)>, String> {
    let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") else { return Ok(None) };
    let Some((kind, line)) = bytes[..end].split_first() else {
        return Err("an empty line instead of a reply".into());
    };
    let line = String::from_utf8_lossy(line);
    let number = || line.parse::<i64>().map_err(|_| format!("'{line}' instead of a number"));
    let mut used = end + 2;
    let reply = match kind {
        b'+' => Reply::Text(line.into_owned().into_bytes()),
        b'-' => Reply::Error(line.into_owned()),
        b':' => Reply::Integer(number()?),
        b'$' | b'*' if number()? < 0 => Reply::Null,
        b'$' => {
            let length = number()? as usize;
            if length > REPLY_BYTES_MAX {
                return Err(format!("a reply of {length} bytes"));
            }
            if bytes.len() < used + length + 2 {
                return Ok(None);
            }
            let text = bytes[used..used + length].to_vec();
            used += length + 2;
            Reply::Text(text)
        }
        b'*' if depth < DEPTH_MAX => {
            let mut items = Vec::new();
            for _ in 0..number()? {
                let Some((item, length)) = decode(&bytes[used..], depth + 1)? else {
                    return Ok(None);
                };
                items.push(item);
                used += length;
            }
            Reply::Array(items)
        }
        _ => return Err(format!("a reply of an unknown kind: {:?}", char::from(*kind))),
    };
    Ok(Some((reply, used)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_once_they_are_whole() {
        let bytes = b"*3\r\n:-7\r\n$2\r\nab\r\n*-1\r\n+OK\r\n";
        let whole = bytes.len() - 5;
        for cut in 0..whole {
            assert_eq!(decode(&bytes[..cut], 0), Ok(None), "{cut}");
        }
        let items = vec![Reply::Integer(-7), Reply::Text(b"ab".to_vec()), Reply::Null];
        assert_eq!(decode(bytes, 0), Ok(Some((Reply::Array(items), whole))));
        assert_eq!(decode(b"-ERR no\r\n", 0), Ok(Some((Reply::Error("ERR no".into()), 9))));
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for bad in [&b"?\r\n"[..], b":x\r\n", b"$x\r\n", b"\r\n", b"$99999999999\r\n"] {
            assert!(decode(bad, 0).is_err(), "{bad:?}");
        }
        assert!(decode(&b"*1\r\n".repeat(20), 0).is_err());
    }

    #[test]
    fn requests_are_arrays_of_strings() {
        let mut bytes = Vec::new();
        encode(&[b"GET", b"k"], &mut bytes);
        assert_eq!(bytes, b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
    }
}
