//! The ways to bring many connections and one engine together. All share the engine, its desk, the connections and the
//! entrance; a model is who runs where.

pub(crate) mod event_loop;
pub(crate) mod task_per_connection;
pub(crate) mod worker_pool;

use crate::entrance::Visitor;
use crate::gauges::Gauges;
use crate::options::Start;
use crate::server;
use redloop_core::Engine;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

/// A way to serve connections. It lives on the main thread, where connections come in.
pub(crate) trait Model: Sized + 'static {
    /// What `--model` calls it.
    const NAME: &'static str;
    /// Batches that may stand in the queue before its engine; 0: it has no queue.
    const QUEUE_MAX: usize = 0;
    /// Whether a connection is one thread's as long as it lives.
    const CONNECTIONS_STAY: bool = true;

    /// Threads that serve connections, of the `wanted` ones.
    fn workers(wanted: usize) -> usize;

    /// Starts work. The engine is set up and has no clients yet.
    ///
    /// # Errors
    /// The system has no threads left.
    fn start(plan: Plan) -> io::Result<Rc<Self>>;

    /// Serves a connection that was let in, from now on.
    fn serve(self: &Rc<Self>, visitor: Visitor);

    /// Returns when SHUTDOWN was asked for.
    fn stopped(&self) -> impl Future<Output = ()>;
}

/// What a model starts with.
pub(crate) struct Plan {
    pub(crate) engine: Engine,
    pub(crate) gauges: Arc<Gauges>,
    /// Threads that serve connections.
    pub(crate) workers: usize,
    /// Heavy work leaves the engine: commands that read much, and big frees.
    pub(crate) offload: bool,
}

/// Runs the server under the model that was chosen, until it is asked to stop.
///
/// # Errors
/// It cannot start; the text says why.
pub(crate) fn run(start: Start) -> io::Result<()> {
    match start.text("model").unwrap_or(event_loop::EventLoop::NAME) {
        task_per_connection::TaskPerConnection::NAME => {
            use task_per_connection::TaskPerConnection as Chosen;
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(Chosen::workers(start.workers))
                .enable_all()
                .build()?;
            let local = tokio::task::LocalSet::new();
            let ended = runtime.block_on(local.run_until(server::serve::<Chosen>(start)));
            // Connections end with the process; nobody waits for their tasks.
            runtime.shutdown_background();
            ended
        }
        worker_pool::WorkerPool::NAME => on_this_thread::<worker_pool::WorkerPool>(start),
        _ => on_this_thread::<event_loop::EventLoop>(start),
    }
}

fn on_this_thread<M: Model>(start: Start) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(Default::default())?;
    runtime.block_on(server::serve::<M>(start))
}
