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
        let unsent = self.unsent();
        let mut punctuality = std::mem::take(&mut self.open.as_mut()?.punctuality);
        punctuality.due += unsent;
        Some(punctuality)
    }

    /// Requests that should have been sent and were not, once all is over.
    pub(super) fn unsent(&self) -> u64 {
        match (self.end, &self.open) {
            (End::Left(left), _) => left,
            (End::At(end), Some(open)) => open.schedule.left_before(end) * self.pipeline as u64,
            (End::At(_), None) => 0,
        }
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
    use crate::load::plan::Arrivals;

    fn size(turn: &Turn) -> Option<usize> {
        match turn {
            Turn::Send(batch) => Some(batch.size),
            Turn::Wait { .. } | Turn::Over => None,
        }
    }

    #[test]
    fn a_closed_loop_sends_what_is_left() {
        let plan = Plan { pipeline: 2, stop: Stop::Requests(5), ..Plan::example() };
        let start = Instant::now();
        let mut dispatch = Dispatch::new(&plan, 0, 1, start);
        let sizes: Vec<_> = (0..4).map(|_| size(&dispatch.turn(0, start, Waker::noop()))).collect();
        assert_eq!(sizes, [Some(2), Some(2), Some(1), None]);
        assert_eq!(dispatch.unsent(), 0);
    }

    #[test]
    fn an_open_loop_gives_what_is_due_to_the_longest_free() {
        let ms = Duration::from_millis;
        let pace = Pace::Open { per_second: 100.0, arrivals: Arrivals::Fixed };
        let plan = Plan { connections: 2, pace, stop: Stop::After(ms(60)), ..Plan::example() };
        let start = Instant::now();
        let mut dispatch = Dispatch::new(&plan, 0, 2, start);
        let before = start - ms(1);
        let first = |turn: &Turn| matches!(turn, Turn::Wait { first: true });
        assert!(matches!(dispatch.assign(before), Next::Free));
        assert!(first(&dispatch.turn(1, before, Waker::noop())));
        assert!(!first(&dispatch.turn(0, before, Waker::noop())));
        assert!(matches!(dispatch.assign(before), Next::Due(due) if due == start));

        // At 12 ms, the ones of 0 ms and 10 ms are due, and go out in that order.
        let now = start + ms(12);
        assert!(matches!(dispatch.assign(now), Next::Free));
        let due = |turn: Turn| match turn {
            Turn::Send(batch) => Some(batch.due - start),
            Turn::Wait { .. } | Turn::Over => None,
        };
        assert_eq!(due(dispatch.turn(1, now, Waker::noop())), Some(ms(0)));
        assert_eq!(due(dispatch.turn(0, now, Waker::noop())), Some(ms(10)));
        // At 35 ms, two more have waited for a connection; they still count from when they were due.
        let now = start + ms(35);
        assert_eq!(due(dispatch.turn(0, now, Waker::noop())), Some(ms(20)));
        assert_eq!(due(dispatch.turn(1, now, Waker::noop())), Some(ms(30)));
        assert_eq!(due(dispatch.turn(1, now, Waker::noop())), None);
        assert!(matches!(dispatch.assign(now), Next::Due(due) if due == start + ms(40)));

        // Nobody is free in time for the last two, and after the overtime nobody sends them.
        let late = start + ms(61) + OVERTIME;
        assert!(matches!(dispatch.turn(0, late, Waker::noop()), Turn::Over));
        assert!(matches!(dispatch.assign(late), Next::Over));
        let punctuality = dispatch.punctuality().expect("an open loop");
        assert_eq!((punctuality.due, dispatch.unsent(), punctuality.waited), (6, 2, 2));
        assert_eq!(punctuality.lag.len(), 2);
    }

    #[test]
    fn shares_add_up() {
        assert_eq!((0..3).map(|index| share(11, index, 3)).collect::<Vec<_>>(), [4, 4, 3]);
    }
}
