//! 10 000 connects within a second, at fixed instants, while 50 clients that were there before go on working. A connection counts as
//! served when the server has answered its first PING. With an accept rate, the others wait in the system's queue, which is made long
//! enough for all of them.

use super::{Answer, Bench, Loaded, at, figures_of, mix};
use crate::lab::figure::Figure;
use crate::lab::schedule::{Job, THROTTLED};
use crate::load::Stop;
use std::time::Duration;

/// Clients that were there before.
const BUSY: usize = 50;
/// Connects that are due per second.
const CONNECTS_PER_S: f64 = 10_000.0;
/// Connections that a throttled server lets in per second, and in a quick run.
const ACCEPTS_PER_S: u32 = 5000;
const ACCEPTS_PER_S_QUICK: u32 = 2000;
/// How long a connect may take until it counts as timed out.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest queue of connections that wait; the system may have a lower limit.
const BACKLOG_MAX: usize = 65_535;
/// The busy clients go on a little longer than the burst ought to take.
const LONGER: f64 = 1.2;
/// The share of a measurement's time for what they feel before the burst.
const BEFORE_TIME: f64 = 0.5;

/// Measures one burst.
pub(super) async fn measure(bench: &Bench<'_>, job: &Job) -> Result<Answer, String> {
    let connections = job.point.connections;
    let throttled = job.point.variant == THROTTLED;
    let accepts = if bench.quick { ACCEPTS_PER_S_QUICK } else { ACCEPTS_PER_S };
    let mut directives = vec![("tcp-backlog", connections.clamp(1, BACKLOG_MAX).to_string())];
    if throttled {
        directives.push(("accept-rate", accepts.to_string()));
    }
    let server = bench.start(job, connections + 2 * BUSY, &directives).await?;
    let mut busy = bench.plan(&server, BUSY, mix("get")?);
    busy.stop = Stop::After(Duration::from_secs_f64(bench.measure_seconds * BEFORE_TIME));
    let before = bench.load(&server, busy.clone()).await?;

    let per_second = if throttled { f64::from(accepts) } else { CONNECTS_PER_S };
    let expected = connections as f64 / per_second.min(CONNECTS_PER_S);
    busy.prefill = false;
    busy.stop =
        Stop::After(Duration::from_secs_f64((expected * LONGER).max(bench.measure_seconds)));
    let mut burst = bench.plan(&server, 1, mix("ping")?);
    burst.idle = connections.saturating_sub(1);
    burst.connect.per_second = Some(CONNECTS_PER_S);
    burst.connect.in_flight = connections;
    burst.connect.timeout = TIMEOUT;
    burst.warmup = Duration::ZERO;
    burst.stop = Stop::Requests(1);
    let begin = busy.warmup;
    let (during, crowd) = tokio::join!(bench.load(&server, busy), async {
        // The busy ones are to be at work when the crowd comes.
        tokio::time::sleep(begin).await;
        bench.load(&server, burst).await
    });
    let (during, Loaded { report: crowd, .. }) = (during?, crowd?);
    let after = server.usage();
    server.end().await;

    let mut answer = figures_of(&during, connections);
    answer.figures.extend(after.map(|after| (Figure::MemoryPeakBytes, after.peak_bytes as f64)));
    // Memory per connection makes no sense while connections come.
    answer.figures.remove(&Figure::MemoryPerConnectionBytes);
    answer.figures.extend([
        (Figure::BeforeP99Us, at(&before.report.latency, 0.99)),
        (Figure::AllServedSeconds, crowd.connects.seconds),
        (Figure::ConnectsOpened, crowd.connects.opened as f64),
        (Figure::ConnectsRefused, crowd.connects.refused.count as f64),
        (Figure::ConnectsFailed, crowd.connects.failed.count as f64),
        (Figure::ConnectsTimedOut, crowd.connects.timed_out as f64),
        (
            Figure::ConnectionsDropped,
            (during.report.lost.count + crowd.lost.count + crowd.idle_lost) as f64,
        ),
        (Figure::ConnectP99Us, at(&crowd.connects.latency, 0.99)),
    ]);
    answer.notes.extend(super::notes_on(&crowd));
    Ok(answer)
}
