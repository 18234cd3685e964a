//! Very many connections, few of them active: what one that only sits there costs, and what the active ones feel of the others.

use super::{Answer, Bench, figures_of, mix};
use crate::lab::schedule::Job;

/// Connections that send.
const ACTIVE: usize = 50;

/// Measures one number of connections.
pub(super) async fn measure(bench: &Bench<'_>, job: &Job) -> Result<Answer, String> {
    let connections = job.point.connections;
    let server = bench.start(job, connections, &[]).await?;
    let mut plan = bench.plan(&server, connections.min(ACTIVE), mix("get")?);
    plan.idle = connections.saturating_sub(ACTIVE);
    let loaded = bench.load(&server, plan).await?;
    server.end().await;
    Ok(figures_of(&loaded, connections))
}
