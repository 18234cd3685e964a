//! Protected mode: who may speak to a server without a password is told by where the connection comes from. Only the
//! engine is asked, since tests leave this machine's other addresses alone.

use redloop_core::{ClientId, Engine, Input, Options, Output, Peer, Timestamp};

const NOW: Timestamp = Timestamp(1_795_000_000_000_000);

/// An engine and how many clients it has seen.
struct Door {
    engine: Engine,
    clients: u64,
}

/// Where a connection comes from.
#[derive(Clone, Copy)]
enum From {
    Here,
    Elsewhere,
    UnixSocket,
}

impl Door {
    /// What a new client receives that sends `line`, and whether it may stay.
    fn say(&mut self, from: From, line: &str) -> (String, bool) {
        self.clients += 1;
        let client = ClientId(self.clients);
        let peer = Peer {
            addr: "192.0.2.7:50000".into(),
            loopback: matches!(from, From::Here),
            unix: matches!(from, From::UnixSocket),
            ..Peer::default()
        };
        self.engine.feed(NOW, Input::Connect { client, peer });
        self.engine.feed(NOW, Input::Bytes { client, bytes: line.as_bytes() });
        self.engine.run();
        let (mut received, mut stays) = (Vec::new(), true);
        while let Some(output) = self.engine.take_output() {
            match output {
                Output::Reply(to) => {
                    let mut bytes = Vec::new();
                    self.engine.swap_replies(to, &mut bytes);
                    self.engine.feed(NOW, Input::Sent { client: to, bytes: bytes.len() });
                    received.extend(bytes);
                }
                Output::Close(_) => stays = false,
                _ => {}
            }
        }
        (String::from_utf8(received).unwrap(), stays)
    }
}

#[test]
fn strangers_need_a_password_to_be_set() {
    let mut door = Door { engine: Engine::new(NOW, Options::default()), clients: 0 };
    let (refused, stays) = door.say(From::Elsewhere, "PING\r\n");
    assert!(refused.starts_with("-DENIED ") && refused.ends_with(".\r\n"), "{refused:?}");
    assert_eq!(refused.matches("\r\n").count(), 1, "nothing is run for a stranger");
    assert!(!stays);

    let pong = ("+PONG\r\n".to_owned(), true);
    assert_eq!(door.say(From::Here, "PING\r\n"), pong);
    assert_eq!(door.say(From::UnixSocket, "PING\r\n"), pong);

    door.say(From::Here, "CONFIG SET protected-mode no\r\n");
    assert_eq!(door.say(From::Elsewhere, "PING\r\n"), pong);

    door.say(From::Here, "CONFIG SET protected-mode yes requirepass secret\r\n");
    let (asked, stays) = door.say(From::Elsewhere, "PING\r\n");
    assert_eq!(asked, "-NOAUTH Authentication required.\r\n");
    assert!(stays);
    let (welcome, _) = door.say(From::Elsewhere, "AUTH secret\r\nPING\r\n");
    assert_eq!(welcome, "+OK\r\n+PONG\r\n");
}
