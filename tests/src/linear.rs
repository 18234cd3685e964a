//! Whether a recorded history of concurrent commands is linearizable: whether there is one order of all commands in which
//! every reply is what a server that runs one command after the other would have given, and in which a command that was
//! answered before another was sent comes first (Herlihy and Wing, 1990).
//!
//! The search is Wing and Gong's (1993): of the commands that may come next, those sent before any command that is left was
//! answered, try one; if its reply fits the state, go on from there; at a dead end take the last one back. Lowe's (2017)
//! memory of visited pairs (commands done, state) keeps it from walking into the same dead end twice, which makes
//! histories of hundreds of commands a matter of milliseconds, as in Knossos and Porcupine.
//!
//! One thing is stricter than linearizability: commands of one connection keep their order even when several are under way,
//! since that is what a pipeline is promised.
//!
//! The search is exponential at worst. It has a budget of steps, and says so when that is used up; it never guesses.
//! Left out: commands that were never answered. A history is recorded until every reply is there.

pub mod keys;
#[cfg(unix)]
pub mod record;

use std::{collections::HashSet, hash::Hash};

/// What commands do, one after the other.
pub trait Sequential: Clone + Eq + Hash {
    /// A command.
    type Command;
    /// Its reply.
    type Reply: PartialEq;

    /// Runs a command; what it answers.
    fn run(&mut self, command: &Self::Command) -> Self::Reply;
}

/// A command as a client saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<C, R> {
    /// The connection. Its operations are in the history in the order they were sent.
    pub client: usize,
    /// Just before it was sent, nanoseconds of the clock that all clients share.
    pub sent_ns: u64,
    /// Just after its reply was there.
    pub answered_ns: u64,
    /// What was sent.
    pub command: C,
    /// What came back.
    pub reply: R,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is such an order: places in the history.
    Linearizable(Vec<usize>),
    /// There is none. The longest order that explains replies, and what could not follow it.
    Impossible {
        /// Places in the history.
        explained: Vec<usize>,
        /// The commands whose turn it would have been.
        stuck: Vec<usize>,
    },
    /// The budget was used up: record a shorter history, or one whose replies tell more.
    Unknown,
}

/// Steps of a search, each the trial of one command: some seconds at most.
pub const STEPS_MAX: usize = 4_000_000;

/// Looks for an order of `history` that starts from `state`.
pub fn check<S: Sequential>(
    state: &S,
    history: &[Operation<S::Command, S::Reply>],
    steps_max: usize,
) -> Verdict {
    let mut search = Search::new(history);
    let mut states = vec![state.clone()];
    let mut order: Vec<usize> = Vec::new();
    let mut visited = HashSet::from([(search.done.clone(), state.clone())]);
    let mut longest = (Vec::new(), search.candidates());
    // What may still be tried at each depth, the next at the end.
    let mut untried = vec![longest.1.clone()];
    let mut steps = 0;
    while order.len() < history.len() {
        let Some(next) = untried.last_mut().and_then(Vec::pop) else {
            // A dead end: the last command was not the one to come here.
            let Some(last) = order.pop() else {
                let (explained, stuck) = longest;
                return Verdict::Impossible { explained, stuck };
            };
            untried.pop();
            states.pop();
            search.take_back(last);
            continue;
        };
        steps += 1;
        if steps > steps_max {
            return Verdict::Unknown;
        }
        let Some(mut after) = states.last().cloned() else { return Verdict::Unknown };
        if after.run(&history[next].command) != history[next].reply {
            continue;
        }
        search.put(next);
        if !visited.insert((search.done.clone(), after.clone())) {
            search.take_back(next);
            continue;
        }
        order.push(next);
        states.push(after);
        let candidates = search.candidates();
        if order.len() > longest.0.len() {
            longest = (order.clone(), candidates.clone());
        }
        untried.push(candidates);
    }
    Verdict::Linearizable(order)
}

/// How many pairs of commands of different clients were under way at the same time: what makes a history worth checking.
pub fn overlaps<C, R>(history: &[Operation<C, R>]) -> usize {
    let pairs = history.iter().enumerate().flat_map(|(at, one)| {
        history[at + 1..].iter().map(move |other| {
            one.client != other.client
                && one.sent_ns < other.answered_ns
                && other.sent_ns < one.answered_ns
        })
    });
    pairs.filter(|overlap| *overlap).count()
}

/// Which commands have been put in order. A client's come one after the other, so how many of each are is all there is to
/// know.
struct Search<'a, C, R> {
    history: &'a [Operation<C, R>],
    /// Places in the history of each client's commands.
    lanes: Vec<Vec<usize>>,
    /// How many of them are done.
    done: Vec<usize>,
}

impl<'a, C, R> Search<'a, C, R> {
    fn new(history: &'a [Operation<C, R>]) -> Self {
        let clients = history.iter().map(|operation| operation.client + 1).max().unwrap_or(0);
        let mut lanes = vec![Vec::new(); clients];
        for (place, operation) in history.iter().enumerate() {
            lanes[operation.client].push(place);
        }
        Search { history, done: vec![0; lanes.len()], lanes }
    }

    fn put(&mut self, place: usize) {
        self.done[self.history[place].client] += 1;
    }

    fn take_back(&mut self, place: usize) {
        self.done[self.history[place].client] -= 1;
    }

    /// The commands that may come next: each client's first, if it was sent before any that is left was answered. (A
    /// client's replies come in order, so the first answer is one of theirs.) The one that was answered first is at the
    /// end, to be tried first: most often it is the one.
    fn candidates(&self) -> Vec<usize> {
        let firsts = self.lanes.iter().zip(&self.done).filter_map(|(lane, done)| lane.get(*done));
        let mut next: Vec<usize> = firsts.copied().collect();
        next.sort_by_key(|place| std::cmp::Reverse(self.history[*place].answered_ns));
        let first_answer = next.last().map_or(0, |place| self.history[*place].answered_ns);
        next.retain(|place| self.history[*place].sent_ns <= first_answer);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A register that can also be counted up: enough to be wrong in every way.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
    struct Cell(i64);

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Act {
        Read,
        Write(i64),
        Add,
    }
    use Act::{Add, Read, Write};

    impl Sequential for Cell {
        type Command = Act;
        type Reply = i64;

        fn run(&mut self, command: &Act) -> i64 {
            match command {
                Read => {}
                Write(value) => self.0 = *value,
                Add => self.0 += 1,
            }
            self.0
        }
    }

    /// (client, sent, answered, command, reply)
    type Row = (usize, u64, u64, Act, i64);

    fn verdict(rows: &[Row]) -> Verdict {
        let history: Vec<_> = rows
            .iter()
            .map(|&(client, sent_ns, answered_ns, command, reply)| Operation {
                client,
                sent_ns,
                answered_ns,
                command,
                reply,
            })
            .collect();
        check(&Cell::default(), &history, 10_000)
    }

    fn accepts(rows: &[Row]) -> Vec<usize> {
        match verdict(rows) {
            Verdict::Linearizable(order) => order,
            other => panic!("{rows:?}: {other:?}"),
        }
    }

    fn rejects(rows: &[Row]) {
        let verdict = verdict(rows);
        assert!(matches!(verdict, Verdict::Impossible { .. }), "{rows:?}: {verdict:?}");
    }

    #[test]
    fn nothing_happened() {
        assert_eq!(accepts(&[]), Vec::<usize>::new());
    }

    #[test]
    fn one_after_the_other() {
        let order = accepts(&[(0, 0, 1, Write(5), 5), (1, 2, 3, Read, 5), (0, 4, 5, Add, 6)]);
        assert_eq!(order, [0, 1, 2]);
    }

    #[test]
    fn of_two_at_the_same_time_either_may_be_first() {
        accepts(&[(0, 0, 9, Write(5), 5), (1, 1, 8, Read, 5)]);
        accepts(&[(0, 0, 9, Write(5), 5), (1, 1, 8, Read, 0)]);
    }

    #[test]
    fn the_answer_that_came_first_need_not_be_the_effect_that_came_first() {
        let order = accepts(&[
            (0, 0, 20, Write(1), 1),
            (1, 1, 10, Write(2), 2),
            (2, 11, 12, Read, 2),
            (2, 13, 14, Read, 1),
        ]);
        assert_eq!(order, [1, 2, 0, 3]);
    }

    #[test]
    fn dead_ends_are_left_again() {
        // Write(2) is answered first and has to come last.
        accepts(&[
            (0, 0, 10, Write(2), 2),
            (1, 0, 20, Write(1), 1),
            (2, 0, 30, Read, 1),
            (3, 31, 32, Read, 2),
        ]);
    }

    #[test]
    fn a_stale_read_is_rejected() {
        rejects(&[(0, 0, 1, Write(1), 1), (0, 2, 3, Write(2), 2), (1, 4, 5, Read, 1)]);
    }

    #[test]
    fn what_was_seen_by_one_cannot_be_unseen_by_the_next() {
        rejects(&[(0, 0, 100, Write(1), 1), (1, 10, 20, Read, 1), (2, 30, 40, Read, 0)]);
    }

    #[test]
    fn a_lost_update_is_rejected() {
        rejects(&[(0, 0, 9, Add, 1), (1, 1, 8, Add, 1)]);
        rejects(&[(0, 0, 9, Add, 1), (1, 1, 8, Add, 2), (2, 10, 11, Read, 1)]);
    }

    #[test]
    fn a_duplicated_effect_is_rejected() {
        rejects(&[(0, 0, 9, Add, 1), (1, 1, 8, Add, 3)]);
        rejects(&[(0, 0, 9, Add, 1), (1, 10, 11, Read, 2)]);
    }

    #[test]
    fn an_order_against_the_clock_is_rejected() {
        rejects(&[(0, 0, 1, Add, 2), (1, 2, 3, Add, 1)]);
    }

    #[test]
    fn an_order_against_the_pipeline_is_rejected() {
        // Both under way at once: two connections may, one may not.
        accepts(&[(0, 0, 9, Add, 2), (1, 0, 9, Add, 1)]);
        rejects(&[(0, 0, 9, Add, 2), (0, 0, 9, Add, 1)]);
    }

    #[test]
    fn it_says_where_it_got_stuck() {
        let Verdict::Impossible { explained, stuck } =
            verdict(&[(0, 0, 1, Write(1), 1), (1, 2, 3, Read, 7), (0, 4, 5, Read, 1)])
        else {
            panic!("accepted");
        };
        assert_eq!((explained, stuck), (vec![0], vec![1]));
    }

    #[test]
    fn an_empty_budget_is_said() {
        let rows: Vec<Row> = (0..12).map(|at| (at, 0, 99, Write(at as i64), at as i64)).collect();
        let mut history = rows;
        history.push((0, 100, 101, Read, 77));
        assert_eq!(verdict(&history), Verdict::Unknown);
    }

    #[test]
    fn many_at_the_same_time_are_within_the_budget() {
        // Without a memory of what was visited this is twelve factorial.
        let mut rows: Vec<Row> = (0..12).map(|at| (at, 0, 99, Write(1), 1)).collect();
        rows.push((0, 100, 101, Read, 2));
        let history: Vec<_> = rows
            .iter()
            .map(|&(client, sent_ns, answered_ns, command, reply)| Operation {
                client,
                sent_ns,
                answered_ns,
                command,
                reply,
            })
            .collect();
        let verdict = check(&Cell::default(), &history, 12 << 12);
        assert!(matches!(verdict, Verdict::Impossible { .. }), "{verdict:?}");
    }

    #[test]
    fn overlaps_are_of_different_clients() {
        let at = |client, sent_ns, answered_ns| Operation {
            client,
            sent_ns,
            answered_ns,
            command: Read,
            reply: 0,
        };
        assert_eq!(overlaps(&[at(0, 0, 9), at(0, 1, 8), at(1, 2, 7), at(1, 10, 11)]), 2);
    }
}
