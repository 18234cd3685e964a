//! Looks at a server while it is under load: at its process every few milliseconds, and once, in the middle of what counts, at INFO.
//! What was used while requests counted is then known without connecting, warming up and closing, which would hide it at 100 000
//! connections.

use super::client::Client;
use super::process::{self, Usage};
use super::server::Server;
use crate::load::{Phase, Plan, Progress, Stop};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// See the module.
pub(crate) struct Watch {
    shared: Arc<Mutex<Shared>>,
    duration: Duration,
    resident_before_bytes: u64,
    looks: JoinHandle<()>,
    asks: JoinHandle<BTreeMap<String, String>>,
}

/// What was seen while requests counted.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Processor time and switches are those of this time alone, memory is that at its end. None where the system does not say.
    pub(crate) used: Option<Usage>,
    /// Before the load.
    pub(crate) resident_before_bytes: u64,
    /// INFO's section Model; empty if it did not answer in time.
    pub(crate) model: BTreeMap<String, String>,
}

/// Written by the load's progress and by the looks.
#[derive(Debug, Default)]
struct Shared {
    /// When requests begin to count.
    begin: Option<Instant>,
    looks: Vec<(Instant, Usage)>,
    over: bool,
}

/// Tells the watch when what begins.
pub(crate) struct WatchProgress(Arc<Mutex<Shared>>);

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Most looks that are kept: more than half an hour of them. Later ones replace the last.
const LOOKS_MAX: usize = 100_000;
/// How long after a load INFO may still answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);

impl Watch {
    /// Begins to watch a server that this plan will be carried out on.
    ///
    /// # Errors
    /// None yet; a server that cannot be looked at has no figures of its process.
    pub(crate) fn start(server: &Server, plan: &Plan) -> Result<Self, String> {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let duration = match plan.stop {
            Stop::After(duration) => duration,
            Stop::Requests(_) => Duration::ZERO,
        };
        Ok(Watch {
            duration,
            resident_before_bytes: server.usage().map_or(0, |usage| usage.resident_bytes),
            looks: tokio::spawn(look(server.pid(), Arc::clone(&shared))),
            asks: tokio::spawn(ask(server.address, duration / 2, Arc::clone(&shared))),
            shared,
        })
    }

    /// For the load to tell where it is.
    pub(crate) fn progress(&self) -> WatchProgress {
        WatchProgress(Arc::clone(&self.shared))
    }

    /// Ends watching after the load is over.
    ///
    /// # Errors
    /// A task of this broke off.
    pub(crate) async fn end(self) -> Result<Seen, String> {
        lock(&self.shared).over = true;
        let broke =
            |error: tokio::task::JoinError| format!("watching the server broke off: {error}");
        self.looks.await.map_err(broke)?;
        let model = match tokio::time::timeout(ANSWER_PATIENCE, self.asks).await {
            Ok(model) => model.map_err(broke)?,
            Err(_) => BTreeMap::new(),
        };
        let shared = lock(&self.shared);
        Ok(Seen {
            used: shared
                .begin
                .and_then(|begin| within(&shared.looks, begin, begin + self.duration)),
            resident_before_bytes: self.resident_before_bytes,
            model,
        })
    }
}

impl Progress for WatchProgress {
    fn begin(&self, phase: Phase<'_>) {
        let warmup = match phase {
            Phase::WarmingUp(duration) => duration,
            Phase::Running(_) => Duration::ZERO,
            Phase::Filling(..) | Phase::Connecting(_) => return,
        };
        lock(&self.0).begin.get_or_insert_with(|| Instant::now() + warmup);
    }

    fn advance(&self, _: u64, _: Duration) {}
    fn say(&self, _: &str) {}
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at the process until it is over.
async fn look(pid: u32, shared: Arc<Mutex<Shared>>) {
    loop {
        let Some(usage) = process::usage(pid) else { return };
        {
            let mut shared = lock(&shared);
            if shared.looks.len() == LOOKS_MAX {
                shared.looks.pop();
            }
            shared.looks.push((Instant::now(), usage));
            if shared.over {
                return;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Asks for INFO so long after requests began to count. Connects before, since later there may be no room.
async fn ask(
    address: SocketAddr,
    after: Duration,
    shared: Arc<Mutex<Shared>>,
) -> BTreeMap<String, String> {
    let Ok(mut client) = Client::connect(address).await else { return BTreeMap::new() };
    loop {
        {
            let shared = lock(&shared);
            if shared.over || shared.begin.is_some_and(|begin| begin + after <= Instant::now()) {
                break;
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    client.info("model").await.unwrap_or_default()
}

/// What was used between two instants, from looks before and after them. None with fewer than two looks.
fn within(looks: &[(Instant, Usage)], begin: Instant, end: Instant) -> Option<Usage> {
    let at_begin = at(looks, begin)?;
    let at_end = at(looks, end)?;
    (looks.len() > 1).then(|| at_end.since(at_begin))
}

/// The usage at an instant; processor time and switches are interpolated, memory is that of the look before.
fn at(looks: &[(Instant, Usage)], instant: Instant) -> Option<Usage> {
    let after = looks.partition_point(|(when, _)| *when <= instant);
    let (Some(before), Some(next)) = (after.checked_sub(1).map(|i| looks[i]), looks.get(after))
    else {
        return looks.get(after).or(looks.last()).map(|(_, usage)| *usage);
    };
    let span = next.0.duration_since(before.0).as_secs_f64();
    let part = instant.duration_since(before.0).as_secs_f64() / span.max(f64::MIN_POSITIVE);
    let between = |from: u64, to: u64| from + ((to.saturating_sub(from)) as f64 * part) as u64;
    let (from, to) = (before.1, next.1);
    Some(Usage {
        cpu_seconds: from.cpu_seconds + (to.cpu_seconds - from.cpu_seconds) * part,
        switches_voluntary: between(from.switches_voluntary, to.switches_voluntary),
        switches_involuntary: between(from.switches_involuntary, to.switches_involuntary),
        ..from
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_between_looks_is_interpolated() {
        let begin = Instant::now();
        let ms = |ms| begin + Duration::from_millis(ms);
        let usage = |cpu_seconds, switches_voluntary, resident_bytes| Usage {
            cpu_seconds,
            switches_voluntary,
            resident_bytes,
            ..Usage::default()
        };
        let looks = [
            (ms(0), usage(1.0, 100, 10)),
            (ms(100), usage(2.0, 200, 30)),
            (ms(200), usage(4.0, 200, 20)),
        ];
        let used = within(&looks, ms(50), ms(150)).unwrap();
        assert!((used.cpu_seconds - 1.5).abs() < 1e-9, "{used:?}");
        assert_eq!((used.switches_voluntary, used.resident_bytes), (50, 30));
        // Beyond the looks there is only the nearest.
        assert!((within(&looks, ms(0), ms(900)).unwrap().cpu_seconds - 3.0).abs() < 1e-9);
        assert_eq!(within(&looks[..1], ms(0), ms(1)), None);
        assert_eq!(within(&[], ms(0), ms(1)), None);
    }
}
