//! Decides which connection sends when. In a closed loop each connection sends again when it is answered. In an open
//! loop requests are due at settled instants, and the connection that has been free the longest takes the next one; if
//! none is free, whichever is free first takes it at once, and its latency still counts from when it was due.

use super::{
    plan::{Pace, Plan, Stop},
    report::{Punctuality, record},
    schedule::Schedule,
};
use std::{
    collections::VecDeque,
    task::Waker,
    time::{Duration, Instant},
};

/// How long after its end a run may still send what was due before.
const OVERTIME: Duration = Duration::from_secs(1);

/// Commands that leave together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    /// How many.
    pub(super) size: usize,
    /// When they were due.
    pub(super) due: Instant,
    /// Whether they count, or belong to the warm-up.
    pub(super) counts: bool,
}

/// What a connection is to do that waits for nothing.
pub(super) enum Turn {
    /// Send this.
    Send(Batch),
    /// Sit until it is woken; whether it is the first that is free.
    Wait { first: bool },
    /// There is nothing left to do.
    Over,
}

/// What the pacer is to wait for.
pub(super) enum Next {
    /// This instant.
    Due(Instant),
    /// A connection that is free.
    Free,
    /// Nothing: all is sent.
    Over,
}

/// Who sends when, in one thread.
#[derive(Debug)]
pub(super) struct Dispatch {
    /// When requests begin to count.
    begin: Instant,
    end: End,
    pipeline: usize,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
enum End {
    At(Instant),
    /// So many requests that count are left.
    Left(u64),
}

/// What only an open loop needs.
#[derive(Debug)]
struct Open {
    schedule: Schedule,
    seats: Vec<Seat>,
    /// Places of those that are free, the longest free in front.
    free: VecDeque<usize>,
    over: bool,
    punctuality: Punctuality,
}

/// A connection, as its place in the thread.
#[derive(Debug, Default)]
struct Seat {
    waker: Option<Waker>,
    /// What it was given while it was free.
    batch: Option<Batch>,
    is_free: bool,
}

impl Dispatch {
    /// For thread `index` with so many connections, from `start`, when the warm-up begins.
    pub(super) fn new(plan: &Plan, index: usize, connections: usize, start: Instant) -> Self {
        let begin = start + plan.warmup;
        let end = match plan.stop {
            Stop::After(duration) => End::At(begin + duration),
            Stop::Requests(requests) => End::Left(share(requests, index, plan.threads)),
        };
        let open = match plan.pace {
            Pace::Closed => None,
            Pace::Open { per_second, arrivals } => {
                let batches = per_second / plan.pipeline as f64 / plan.threads as f64;
                Some(Open {
                    schedule: Schedule::new(
                        start,
                        batches,
                        arrivals,
                        plan.seed,
                        index,
                        plan.threads,
                    ),
                    seats: (0..connections).map(|_| Seat::default()).collect(),
                    free: VecDeque::with_capacity(connections),
                    over: false,
                    punctuality: Punctuality::default(),
                })
            }
        };
        Self { begin, end, pipeline: plan.pipeline, open }
    }

    /// What the connection at `place`, which waits for nothing, does at `now`; it is woken when that changes.
    pub(super) fn turn(&mut self, place: usize, now: Instant, waker: &Waker) -> Turn {
        let Some(open) = &mut self.open else {
            return self.claim(now).map_or(Turn::Over, Turn::Send);
        };
        if let Some(batch) = open.seats[place].batch.take() {
            return Turn::Send(batch);
        }
        if !open.over && open.schedule.next() <= now {
            let nobody_was_free = open.free.is_empty();
            if let Some(batch) = self.claim_due(now) {
                self.note(&batch, now, nobody_was_free);
                self.leave(place);
                return Turn::Send(batch);
            }
        }
        let Some(open) = &mut self.open else { return Turn::Over };
        if open.over {
            return Turn::Over;
        }
        let first = open.free.is_empty();
        let seat = &mut open.seats[place];
        if !seat.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            seat.waker = Some(waker.clone());
        }
        if !seat.is_free {
            seat.is_free = true;
            open.free.push_back(place);
        }
        Turn::Wait { first }
    }

    /// Gives to free connections what is due at `now`; what comes next.
    pub(super) fn assign(&mut self, now: Instant) -> Next {
        loop {
            let Some(open) = &mut self.open else { return Next::Over };
            if open.over {
                return Next::Over;
            }
            let Some(&place) = open.free.front() else { return Next::Free };
            let due = open.schedule.next();
            if due > now && self.is_wanted(due) {
                return Next::Due(due);
            }
            let Some(batch) = self.claim_due(now) else { return Next::Over };
            self.note(&batch, now, false);
            if let Some(open) = &mut self.open {
                open.free.pop_front();
                let seat = &mut open.seats[place];
                seat.is_free = false;
                seat.batch = Some(batch);
                if let Some(waker) = &seat.waker {
                    waker.wake_by_ref();
                }
            }
        }
    }

    /// How well the schedule was kept, once all is over.
    pub(super) fn punctuality(&mut self) -> Option<Punctuality> {
        let pipeline = self.pipeline as u64;
        let end = self.end;
        let open = self.open.as_mut()?;
        let mut punctuality = std::mem::take(&mut open.punctuality);
        punctuality.unsent = match end {
            End::At(end) => open.schedule.left_before(end) * pipeline,
            End::Left(left) => left,
        };
        punctuality.due += punctuality.unsent;
        Some(punctuality)
    }

    /// Whether this is an open loop.
    pub(super) fn is_open_loop(&self) -> bool {
        self.open.is_some()
    }

    /// Takes the next batch off the schedule, if it is still wanted at `now`; else all is over.
    fn claim_due(&mut self, now: Instant) -> Option<Batch> {
        let due = self.open.as_ref()?.schedule.next();
        let too_late = matches!(self.end, End::At(end) if now > end + OVERTIME);
        let batch = if too_late { None } else { self.claim(due) };
        let open = self.open.as_mut()?;
        if batch.is_some() {
            open.schedule.take();
        } else {
            open.over = true;
            open.seats.iter().filter_map(|seat| seat.waker.as_ref()).for_each(Waker::wake_by_ref);
        }
        batch
    }

    /// Takes a batch that is due at `due`, if it is before the end.
    fn claim(&mut self, due: Instant) -> Option<Batch> {
        if !self.is_wanted(due) {
            return None;
        }
        let counts = due >= self.begin;
        let mut size = self.pipeline;
        if let End::Left(left) = &mut self.end
            && counts
        {
            size = usize::try_from(*left).map_or(size, |left| left.min(size));
            *left -= size as u64;
        }
        Some(Batch { size, due, counts })
    }

    /// Whether a batch that is due then is before the end.
    fn is_wanted(&self, due: Instant) -> bool {
        match self.end {
            End::At(end) => due < end,
            End::Left(left) => left > 0,
        }
    }

    /// Counts a batch of an open loop as it leaves.
    fn note(&mut self, batch: &Batch, now: Instant, waited: bool) {
        let Some(open) = self.open.as_mut().filter(|_| batch.counts) else { return };
        let size = batch.size as u64;
        open.punctuality.due += size;
        if waited {
            open.punctuality.waited += size;
        } else {
            record(&mut open.punctuality.lag, now.saturating_duration_since(batch.due), size);
        }
    }

    /// A free connection that was awake anyway took what was due.
    fn leave(&mut self, place: usize) {
        let Some(open) = self.open.as_mut().filter(|open| open.seats[place].is_free) else {
            return;
        };
        open.seats[place].is_free = false;
        open.free.retain(|free| *free != place);
    }
}

/// A thread's share of so many requests.
fn share(requests: u64, index: usize, threads: usize) -> u64 {
    let (index, threads) = (index as u64, threads as u64);
    requests / threads + u64::from(index < requests % threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!((0..3).map(|index| share(11, index, 3)).collect::<Vec<_>>(), [4, 4, 3]);
    }
}
