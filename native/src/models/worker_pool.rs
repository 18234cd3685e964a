//! `worker-pool`: a fixed number of workers, each with its own share of the connections, read and write; one thread owns
//! the engine. What a worker's connections have sent goes to the engine as one batch, through a queue with a bound; when it
//! is full, workers stop reading. Replies go back the same way: the engine leaves word of all connections that have some at
//! their worker's post, and the worker writes them.

mod engine_thread;
mod post;
mod worker;

use super::{Model, Plan};
use crate::entrance::Visitor;
use crate::gauges::Gauges;
use post::Post;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};

/// Batches that the engine's thread takes at once. With those in the queue they are 64: what workers have read, and nobody
/// has looked at.
const TAKEN_MAX: usize = 16;

/// The model, seen from where connections come in.
pub(crate) struct WorkerPool {
    posts: Vec<Arc<Post>>,
    gauges: Arc<Gauges>,
    stop: Arc<Notify>,
}

impl Model for WorkerPool {
    const NAME: &'static str = "worker-pool";
    const QUEUE_MAX: usize = 48;

    fn workers(wanted: usize) -> usize {
        wanted
    }

    fn start(plan: Plan) -> io::Result<Rc<Self>> {
        let (sender, batches) = mpsc::channel(Self::QUEUE_MAX);
        let mut posts = Vec::new();
        for number in 0..plan.workers {
            let post = Arc::new(Post::default());
            posts.push(Arc::clone(&post));
            worker::start(number, post, sender.clone(), Arc::clone(&plan.gauges)).map_err(|error| {
                io::Error::other(format!(
                    "Worker {number} of {} cannot start: {error}. Ask for fewer with --workers, or raise the limits of open files and threads: ulimit -n, ulimit -u.",
                    plan.workers
                ))
            })?;
        }
        let gauges = Arc::clone(&plan.gauges);
        let stop = Arc::new(Notify::new());
        engine_thread::start(plan, posts.clone(), batches, Arc::clone(&stop))?;
        Ok(Rc::new(WorkerPool { posts, gauges, stop }))
    }

    fn serve(self: &Rc<Self>, visitor: Visitor) {
        let number = self.gauges.least_busy();
        self.gauges.connected(number);
        match visitor.stream.loosen() {
            Ok(stream) => self.posts[number].bring(stream, visitor.peer, visitor.guest),
            Err(error) => {
                self.gauges.disconnected(number);
                log::warn!("A connection cannot be given to a worker: {error}");
            }
        }
    }

    async fn stopped(&self) {
        self.stop.notified().await;
    }
}
