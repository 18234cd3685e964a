//! What both suites say to the class, through JavaScript's own types: the shapes that `types.ts` promises.

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use redloop_wasm::Redloop;
use wasm_bindgen::JsValue;

const NOW: f64 = 1_700_000_000_000_000.0;

/// A request is answered, and the events and the view tell of it.
pub(crate) fn answers_and_tells() {
    let mut redloop = Redloop::new(NOW, 1.0, 1000.0, 150.0);
    redloop.connect(NOW, 1.0);
    redloop.feed(
        NOW,
        1.0,
        b"*3\r\n$3\r\nSET\r\n$2\r\n\xff\"\r\n$2\r\n41\r\n*2\r\n$4\r\nINCR\r\n$2\r\n\xff\"\r\n",
    );
    assert_eq!(field(&parse(&redloop.view()), "queue").into_array().length(), 1);

    assert!(redloop.turn(), "the first command");
    assert!(!redloop.turn(), "its cost holds the loop");
    assert_eq!(redloop.wake_at(), Some(NOW + 2.0));
    assert!((redloop.busy_until() - (NOW + 2.0)).abs() < 0.5);
    let mut now = NOW;
    while drive(&mut redloop, &mut now) {}

    let reply = redloop.take_output().map(JsValue::from).unwrap_or(JsValue::UNDEFINED);
    assert_eq!(field(&reply, "kind"), "reply");
    assert_eq!(Uint8Array::new(&field(&reply, "bytes")).to_vec(), b"+OK\r\n:42\r\n");
    assert!(redloop.take_output().is_none());

    // What the records say is the page's test: here only that they are handed out once.
    let events = redloop.take_events().map_or(0, |records| records.length());
    assert!(events > 100, "{events} bytes of events");
    assert!(redloop.take_events().is_none());

    let rows = field(&parse(&redloop.keys(0, 10)), "rows").into_array();
    assert_eq!(field(&rows.get(0), "key"), "\u{ff}\"", "bytes are kept as Latin-1 units");
    assert_eq!(field(&rows.get(0), "encoding"), "int");
    let detail = parse(&redloop.inspect(0, b"\xff\"", 10, None));
    assert_eq!(field(&detail, "items").into_array().get(0), "42");
    assert_eq!(redloop.inspect(0, b"none", 10, None), "null");
    assert_eq!(redloop.inspect(99, b"none", 10, None), "null");
    let found = parse(&redloop.names(0, b"\xff", "list,string", 10)).into_array();
    assert_eq!(field(&found.get(0), "type"), "string");
    for (db, prefix, types, count) in
        [(0, &b"\xff"[..], "zset", 10), (0, b"x", "", 10), (9, b"", "", 10), (0, b"", "", 0)]
    {
        assert_eq!(redloop.names(db, prefix, types, count), "[]");
    }
}

/// The command table arrives whole, with subcommands under their containers' names.
pub(crate) fn hands_out_the_table() {
    let table = parse(&Redloop::commands()).into_array();
    let get = table.iter().find(|command| field(command, "name") == "GET");
    let get = get.unwrap_or(JsValue::UNDEFINED);
    assert_eq!(field(&get, "syntax"), "key");
    assert_eq!(field(&get, "arity"), 2.0);
    assert_eq!(field(&get, "firstKey"), 1.0);
}

/// What makes no sense is ignored or answered with an error, never a panic.
pub(crate) fn survives_nonsense() {
    let mut redloop = Redloop::new(f64::NAN, f64::INFINITY, -1.0, f64::MAX);
    redloop.feed(-5.0, 77.0, b"PING\r\n");
    redloop.disconnect(0.0, f64::NAN);
    redloop.connect(1.0, 1.0);
    redloop.connect(1.0, 1.0);
    redloop.feed(1.0, 1.0, b"*1\r\n$99999999999\r\n");
    let mut now = 1.0;
    let mut kinds = Vec::new();
    for _ in 0..100 {
        let goes_on = drive(&mut redloop, &mut now);
        while let Some(output) = redloop.take_output() {
            kinds.push(field(&output.into(), "kind"));
        }
        if !goes_on {
            break;
        }
    }
    assert_eq!(kinds, ["reply", "close"]);
    assert!(redloop.take_events().is_some());
    parse(&redloop.view());
}

/// Turns once; an idle engine whose clock is stretched is woken. `false` when only input can change anything.
fn drive(redloop: &mut Redloop, now: &mut f64) -> bool {
    if redloop.turn() {
        return true;
    }
    match redloop.wake_at() {
        Some(at) => {
            *now = at;
            redloop.wake(at);
            true
        }
        None => false,
    }
}

fn parse(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or_else(|_| panic!("not JSON: {text}"))
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(&Object::from(value.clone()), &name.into()).unwrap_or(JsValue::UNDEFINED)
}

trait AsArray {
    fn into_array(self) -> Array;
}

impl AsArray for JsValue {
    fn into_array(self) -> Array {
        assert!(Array::is_array(&self), "not an array: {self:?}");
        Array::from(&self)
    }
}
