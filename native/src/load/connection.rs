//! One connection that sends: a batch of requests goes out in as few writes as they take, replies are counted as they
//! come, and the next batch follows when none is missing. Writing never waits for reading nor reading for writing, so
//! that a batch larger than the sockets' buffers cannot stall both sides.

use super::{
    connect::reason,
    dispatch::{Batch, Turn},
    replies::ReplyCounter,
    stream::Stream,
    tally::Kinds,
    thread::{Bench, State},
};
use std::{
    task::{Context, Poll, ready},
    time::Instant,
};

/// Bytes of requests after which they are sent before more are written.
const WRITE_BYTES: usize = 64 << 10;

/// A connection that sends.
pub(super) struct Connection {
    /// Its place among the thread's.
    place: usize,
    /// Its number among all.
    number: u64,
    stream: Stream,
    replies: ReplyCounter,
    batch: Option<Batch>,
    /// When the batch was begun.
    sent: Instant,
    /// Requests of the batch that are not encoded yet.
    unwritten: usize,
    /// Encoded requests.
    out: Vec<u8>,
    /// How many bytes of them were written.
    written: usize,
    /// Replies that are missing.
    missing: usize,
    /// For each request of the batch, which command it is; unused if there is only one.
    kinds: Vec<u8>,
}

/// Why a connection is of no more use.
struct Lost(String);

impl Connection {
    /// With nothing to do yet.
    pub(super) fn new(place: usize, number: u64, stream: Stream) -> Self {
        Self {
            place,
            number,
            stream,
            replies: ReplyCounter::default(),
            batch: None,
            sent: Instant::now(),
            unwritten: 0,
            out: Vec::new(),
            written: 0,
            missing: 0,
            kinds: Vec::new(),
        }
    }

    /// Goes on as far as it can; ready when there is nothing left to send, or the connection is lost.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, bench: &Bench) -> Poll<()> {
        let state = &mut *bench.state.borrow_mut();
        match self.advance(context, bench, state) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(())) => Poll::Ready(()),
            Poll::Ready(Err(Lost(why))) => {
                state.tally.lost(&why, self.missing);
                Poll::Ready(())
            }
        }
    }

    fn advance(
        &mut self,
        context: &mut Context<'_>,
        bench: &Bench,
        state: &mut State,
    ) -> Poll<Result<(), Lost>> {
        let mut now = None;
        loop {
            if self.missing == 0 {
                let now = now.unwrap_or_else(Instant::now);
                match state.dispatch.turn(self.place, now, context.waker()) {
                    Turn::Send(batch) => self.begin(batch, now, state),
                    Turn::Over => return Poll::Ready(Ok(())),
                    Turn::Wait { first } => {
                        if first {
                            bench.freed.notify_one();
                        }
                        return Poll::Pending;
                    }
                }
            }
            self.write(context, bench, state)?;
            now = Some(ready!(self.read(context, bench, state))?);
        }
    }

    fn begin(&mut self, batch: Batch, now: Instant, state: &mut State) {
        state.tally.sent(&batch);
        self.batch = Some(batch);
        self.sent = now;
        self.unwritten = batch.size;
        self.missing = batch.size;
        self.kinds.clear();
    }

    /// Writes as much as the socket takes.
    fn write(
        &mut self,
        context: &mut Context<'_>,
        bench: &Bench,
        state: &mut State,
    ) -> Result<(), Lost> {
        loop {
            if self.written == self.out.len() {
                if self.unwritten == 0 {
                    return Ok(());
                }
                self.encode(bench, state);
            }
            match self.stream.poll_write(context, &self.out[self.written..]) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Ok(written)) => {
                    self.written += written;
                    state.tally.bytes.sent += written as u64;
                }
                Poll::Ready(Err(error)) => return Err(Lost(reason(&error))),
            }
        }
    }

    fn encode(&mut self, bench: &Bench, state: &mut State) {
        self.out.clear();
        self.written = 0;
        state.sources.connection = self.number;
        while self.unwritten > 0 && self.out.len() < WRITE_BYTES {
            let kind = bench.requests.write(&mut state.sources, &mut self.out);
            if bench.requests.kinds() > 1 {
                self.kinds.push(kind);
            }
            self.unwritten -= 1;
        }
    }

    /// Reads what is there, once; when that was.
    fn read(
        &mut self,
        context: &mut Context<'_>,
        bench: &Bench,
        state: &mut State,
    ) -> Poll<Result<Instant, Lost>> {
        let buffer = &mut *bench.buffer.borrow_mut();
        let read = match ready!(self.stream.poll_read(context, buffer)) {
            Ok(0) => return Poll::Ready(Err(Lost("the server closed the connection".into()))),
            Ok(read) => read,
            Err(error) => return Poll::Ready(Err(Lost(reason(&error)))),
        };
        let now = Instant::now();
        state.tally.bytes.received += read as u64;
        let counts = self.batch.is_some_and(|batch| batch.counts);
        let on_error = |text: &[u8]| {
            if counts {
                state.tally.errors.add(&String::from_utf8_lossy(text));
            }
        };
        let replies = match self.replies.feed(&buffer[..read], on_error) {
            Ok(replies) if replies <= self.missing => replies,
            Ok(_) => return Poll::Ready(Err(Lost("more replies than requests".into()))),
            Err(malformed) => {
                let why = format!("the reply is not RESP, at byte {:#04x}", malformed.byte);
                return Poll::Ready(Err(Lost(why)));
            }
        };
        if let Some(batch) = self.batch.filter(|_| replies > 0) {
            let answered = batch.size - self.missing;
            let kinds = match self.kinds.get(answered..answered + replies) {
                Some(kinds) if bench.requests.kinds() > 1 => Kinds::Each(kinds),
                _ => Kinds::One(replies),
            };
            state.tally.replied(self.place, &batch, self.sent, now, kinds);
            self.missing -= replies;
            if self.missing == 0 {
                state.tally.done();
            }
        }
        Poll::Ready(Ok(now))
    }
}
