//! Every transcript on the class, as a page drives it: the same conversations that the native server and real servers
//! have. Time is virtual, as in the driver for the engine in process.

use js_sys::{Object, Reflect, Uint8Array};
use redloop_tests::{corpus, driver::Driver, transcript};
use redloop_wasm::Redloop;
use std::collections::BTreeMap;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// When conversations begin: some day in 2026, in microseconds since the epoch.
const START: f64 = 1_795_000_000_000_000.0;
/// The most turns one step may take before it is called endless.
const TURNS_MAX: usize = 10_000_000;

/// Runs them all; what differs is told by name and line.
pub(crate) fn all_pass() {
    let (mut failed, mut ran) = (Vec::new(), 0);
    for transcript in corpus::embedded().expect("they parse on every other host") {
        let mut driver = WasmDriver::start();
        if !transcript.scope.admits(&driver.labels()) {
            continue;
        }
        ran += 1;
        match transcript::run(&transcript, &mut driver) {
            Ok(report) => failed.extend(report.failures.iter().take(3).map(ToString::to_string)),
            Err(error) => failed.push(format!("{}: {error}", transcript.path)),
        }
    }
    assert!(ran > 100, "only {ran} transcripts are for this host");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

struct WasmDriver {
    redloop: Redloop,
    now: f64,
    numbers: BTreeMap<String, f64>,
    outboxes: BTreeMap<u64, Outbox>,
    connected: u32,
}

#[derive(Default)]
struct Outbox {
    bytes: Vec<u8>,
    closed: bool,
}

impl WasmDriver {
    fn start() -> Self {
        Self {
            redloop: Redloop::new(START, 1.0, 0.0, 0.0),
            now: START,
            numbers: BTreeMap::new(),
            outboxes: BTreeMap::new(),
            connected: 0,
        }
    }

    fn number(&self, client: &str) -> Result<f64, String> {
        self.numbers.get(client).copied().ok_or_else(|| format!("@{client} is not connected"))
    }

    fn outbox(&mut self, number: f64) -> &mut Outbox {
        self.outboxes.entry(number as u64).or_default()
    }

    fn drain(&mut self) {
        while let Some(output) = self.redloop.take_output() {
            let client = field(&output, "client").as_f64().unwrap_or_default();
            match field(&output, "kind").as_string().as_deref() {
                Some("reply") => {
                    let bytes = Uint8Array::new(&field(&output, "bytes")).to_vec();
                    self.outbox(client).bytes.extend(bytes);
                }
                Some("close") => self.outbox(client).closed = true,
                _ => self.outboxes.values_mut().for_each(|outbox| outbox.closed = true),
            }
        }
    }

    fn turn_until_idle(&mut self) -> Result<(), String> {
        for _ in 0..TURNS_MAX {
            let ran = self.redloop.turn();
            self.drain();
            if !ran {
                return Ok(());
            }
        }
        Err("the engine does not come to rest".into())
    }

    fn wake_at(&mut self, now: f64) {
        self.now = self.now.max(now);
        self.redloop.wake(self.now);
    }
}

impl Driver for WasmDriver {
    fn labels(&self) -> Vec<&'static str> {
        vec!["redloop", "core", "wasm"]
    }

    fn connect(&mut self, client: &str) -> Result<(), String> {
        self.connected += 1;
        let number = f64::from(self.connected);
        self.numbers.insert(client.to_owned(), number);
        self.outboxes.insert(number as u64, Outbox::default());
        self.redloop.connect(self.now, number);
        Ok(())
    }

    fn send(&mut self, client: &str, bytes: &[u8]) -> Result<(), String> {
        self.redloop.feed(self.now, self.number(client)?, bytes);
        Ok(())
    }

    fn close(&mut self, client: &str) -> Result<(), String> {
        let number = self.number(client)?;
        self.numbers.remove(client);
        self.outboxes.remove(&(number as u64));
        self.redloop.disconnect(self.now, number);
        Ok(())
    }

    fn half_close(&mut self, client: &str) -> Result<(), String> {
        let number = self.number(client)?;
        self.turn_until_idle()?;
        self.redloop.disconnect(self.now, number);
        self.outbox(number).closed = true;
        Ok(())
    }

    fn wait(&mut self, time: Duration) -> Result<(), String> {
        let end = self.now + time.as_secs_f64() * 1e6;
        loop {
            self.turn_until_idle()?;
            match self.redloop.wake_at() {
                Some(at) if at <= end => self.wake_at(at),
                _ => break,
            }
        }
        self.wake_at(end);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        loop {
            self.turn_until_idle()?;
            let busy_until = self.redloop.busy_until();
            if busy_until <= self.now {
                return Ok(());
            }
            self.wake_at(busy_until);
        }
    }

    fn receive(&mut self, client: &str, into: &mut Vec<u8>) -> Result<bool, String> {
        let number = self.number(client)?;
        let outbox = self.outbox(number);
        into.append(&mut outbox.bytes);
        Ok(!outbox.closed)
    }

    fn patience(&self) -> Duration {
        Duration::ZERO
    }
}

fn field(object: &Object, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
