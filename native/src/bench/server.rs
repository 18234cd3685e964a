//! Asks the server which one it is, for the record. Whatever goes wrong, the measurement stands without it.

use crate::load::{Plan, Target};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of an answer that are looked at.
const ANSWER_MAX: u64 = 64 << 10;
/// Lines of INFO that name a server, the more particular first.
const NAMES: [(&str, &str); 3] =
    [("redloop_version:", "redloop"), ("valkey_version:", "valkey"), ("redis_version:", "redis")];

/// Its name and version, as in `redis 7.0.15`.
pub(super) fn version(plan: &Plan) -> Option<String> {
    let mut request = Vec::new();
    if let Some(password) = &plan.greeting.password {
        let mut words = vec!["AUTH"];
        words.extend(plan.greeting.user.as_deref());
        words.push(password);
        push(&mut request, &words);
    }
    push(&mut request, &["INFO", "server"]);
    push(&mut request, &["QUIT"]);
    let answer = match &plan.target {
        Target::Tcp(address) => {
            let socket = TcpStream::connect_timeout(address, PATIENCE).ok()?;
            socket.set_read_timeout(Some(PATIENCE)).ok()?;
            ask(socket, &request)
        }
        #[cfg(unix)]
        Target::Unix(path) => {
            let socket = std::os::unix::net::UnixStream::connect(path).ok()?;
            socket.set_read_timeout(Some(PATIENCE)).ok()?;
            ask(socket, &request)
        }
        #[cfg(not(unix))]
        Target::Unix(_) => None,
    }?;
    named(&answer)
}

/// What the server says until it closes.
fn ask(mut socket: impl Read + Write, request: &[u8]) -> Option<String> {
    socket.write_all(request).ok()?;
    let mut answer = Vec::new();
    // What came before an error may do.
    let _ = socket.take(ANSWER_MAX).read_to_end(&mut answer);
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn named(answer: &str) -> Option<String> {
    NAMES.iter().find_map(|(field, name)| {
        let value = answer.lines().find_map(|line| line.strip_prefix(field))?;
        Some(format!("{name} {}", value.trim()))
    })
}

fn push(request: &mut Vec<u8>, words: &[&str]) {
    request.extend(format!("*{}\r\n", words.len()).bytes());
    for word in words {
        request.extend(format!("${}\r\n{word}\r\n", word.len()).bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_particular_name_is_told() {
        let answer =
            "$60\r\n# Server\r\nredis_version:7.2.4\r\nvalkey_version:9.1.2\r\n\r\n+OK\r\n";
        assert_eq!(named(answer).as_deref(), Some("valkey 9.1.2"));
        assert_eq!(named("redis_version:7.0.15\r\n").as_deref(), Some("redis 7.0.15"));
        assert_eq!(named("-NOAUTH Authentication required.\r\n"), None);
    }
}
