//! However the bytes of a conversation are cut, whoever watches, however many commands a turn runs: the same replies.

use proptest::prelude::*;
use redloop_core::{
    ClientId, Engine, Event, Input, Observer, Options, Output, Peer, Silent, Timestamp,
    config::DebugCommand,
};
use redloop_tests::{
    resp,
    workload::{Mix, Rng},
};

const NOW: Timestamp = Timestamp(1_795_000_000_000_000);
const CLIENT: ClientId = ClientId(1);
const GARBAGE: [&[u8]; 9] = [
    b"*1\r\n$4\r\nPING\r\n",
    b"PING\r\n",
    b"\r\n",
    b"GET \"a b\"\r\n",
    b"*0\r\n",
    b"*-1\r\n",
    b"*1\r\n$x\r\n",
    b"ECHO \"\r\n",
    b"*2\r\n+",
];

/// Looks at every event, and keeps a count.
#[derive(Default)]
struct Counting(usize);

impl Observer for Counting {
    const ENABLED: bool = true;

    fn event(&mut self, event: Event<'_>) {
        self.0 += format!("{event:?}").len();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_bytes(
        seed in any::<u64>(),
        commands in 1usize..40,
        garbage in proptest::option::weighted(0.3, 0usize..GARBAGE.len()),
        cuts in proptest::collection::vec(0usize..4000, 0..30),
        per_turn in prop_oneof![Just(1usize), Just(3), Just(1000)],
        maxmemory in prop_oneof![Just(0_u64), 1_u64..2000],
    ) {
        let bytes = conversation(seed, commands, garbage);
        let whole = replies_within(maxmemory, Silent, 1, &[&bytes]);
        let parts = split(&bytes, &cuts);
        let cut = replies_within(maxmemory, Silent, per_turn, &parts);
        prop_assert_eq!(&whole, &cut, "cut at {:?}", cuts);
        let watched = replies_within(maxmemory, Counting::default(), per_turn, &parts);
        prop_assert_eq!(&whole, &watched, "watched");
    }

    #[test]
    fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0usize..400) {
        let at = at.min(bytes.len());
        let whole = replies(Silent, 1, &[&bytes]);
        prop_assert_eq!(whole, replies(Silent, 1, &[&bytes[..at], &bytes[at..]]));
    }

    #[test]
    fn near_requests_never_panic(text in "([*$:+-]?[0-9]{0,12}(\r\n|\n|\r)?|PING|GET k|[\"' \\\\x]){0,40}") {
        let bytes = text.as_bytes();
        let one_by_one: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(replies(Silent, 1, &[bytes]), replies(Silent, 1, &one_by_one));
    }
}

fn conversation(seed: u64, commands: usize, garbage: Option<usize>) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mix = Mix::newest();
    let mut bytes = Vec::new();
    for _ in 0..commands {
        bytes.extend(resp::encode_command(&mix.command(&mut rng).words));
    }
    if let Some(index) = garbage {
        bytes.extend_from_slice(GARBAGE[index]);
    }
    bytes
}

fn split<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.sort_unstable();
    let mut parts = Vec::new();
    let mut from = 0;
    for cut in cuts {
        parts.push(&bytes[from..cut]);
        from = cut;
    }
    parts.push(&bytes[from..]);
    parts
}

/// Everything a client receives when it sends these parts, and whether it was hung up on.
fn replies<O: Observer>(observer: O, commands_per_turn: usize, parts: &[&[u8]]) -> (Vec<u8>, bool) {
    replies_within(0, observer, commands_per_turn, parts)
}

/// The same where keys go because memory is short.
fn replies_within<O: Observer>(
    maxmemory: u64,
    observer: O,
    commands_per_turn: usize,
    parts: &[&[u8]],
) -> (Vec<u8>, bool) {
    let options = Options { seed: 1, commands_per_turn, ..Options::default() };
    let mut engine = Engine::with_observer(NOW, options, observer);
    engine.config_mut().enable_debug_command = DebugCommand::Yes;
    engine.config_mut().maxmemory = maxmemory;
    engine.config_mut().maxmemory_policy = "allkeys-random";
    engine.feed(
        NOW,
        Input::Connect { client: CLIENT, peer: Peer { loopback: true, ..Peer::default() } },
    );
    let (mut all, mut closed) = (Vec::new(), false);
    for part in parts {
        engine.feed(NOW, Input::Bytes { client: CLIENT, bytes: part });
        engine.run();
        while let Some(output) = engine.take_output() {
            match output {
                Output::Reply(client) => {
                    let mut bytes = Vec::new();
                    engine.swap_replies(client, &mut bytes);
                    engine.feed(NOW, Input::Sent { client, bytes: bytes.len() });
                    all.extend(bytes);
                }
                Output::Close(_) => closed = true,
                _ => {}
            }
        }
    }
    (all, closed)
}
