//! Where big values go that nobody needs any more. With `--offload` that is a thread of its own: taking a million small
//! blocks of memory apart takes milliseconds, in which the engine can answer others.

use redloop_core::value::Object;
use std::io;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

/// Drops values, here or elsewhere.
#[derive(Debug)]
pub(crate) struct Disposal(Option<SyncSender<Vec<Object>>>);

/// Loads of values that may wait to be dropped. When there are more, whoever brings them drops them.
const WAITING_MAX: usize = 1024;

impl Disposal {
    /// One that drops values on a thread of its own, if `elsewhere`.
    ///
    /// # Errors
    /// The system has no threads left.
    pub(crate) fn start(elsewhere: bool) -> io::Result<Self> {
        if !elsewhere {
            return Ok(Disposal(None));
        }
        let (sender, receiver) = sync_channel::<Vec<Object>>(WAITING_MAX);
        std::thread::Builder::new()
            .name("disposal".to_owned())
            .spawn(move || receiver.iter().for_each(drop))?;
        Ok(Disposal(Some(sender)))
    }

    /// Takes all of `garbage`.
    #[inline]
    pub(crate) fn take(&self, garbage: &mut Vec<Object>) {
        if garbage.is_empty() {
            return;
        }
        let load = std::mem::take(garbage);
        if let Some(elsewhere) = &self.0
            && let Err(TrySendError::Full(load) | TrySendError::Disconnected(load)) =
                elsewhere.try_send(load)
        {
            drop(load);
        }
    }
}
