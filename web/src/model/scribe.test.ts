// Who gets what, in the transcript: whatever one update brings, it is what a server says that runs the same steps.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EVENTS_MAX } from '../worker/driver.ts';
import { Bench } from '../worker/engine.testing.ts';
import { SCENES } from './scenes.ts';
import { parse } from './transcript.ts';

/** Clients of a session whose page has time for a frame every so many milliseconds. */
function room(frameMs: number, ...names: string[]): { bench: Bench; ids: number[] } {
  const bench = new Bench();
  bench.frameMs = frameMs;
  return { bench, ids: names.map((name) => bench.open(name)) };
}

/** Ends a session: everything has run and been told. */
function whole(bench: Bench): string {
  bench.driver.speed(1e6);
  bench.run(20_000);
  bench.frame();
  return bench.transcript;
}

/** The steps of a transcript, each with what follows it. */
function steps(transcript: string): string[] {
  return transcript.split(/^(?=@\w+ >|\+)/m);
}

/** The steps that clients took, and how much was waited before each, in milliseconds. */
function waited(transcript: string): [step: string, ms: number][] {
  let sum = 0;
  return steps(transcript).flatMap((step): [string, number][] => {
    const [, ms = '', then = ''] = /^\+ (\d+)ms\n([^]*)$/.exec(step) ?? [];
    sum += Number(ms);
    const cause = ms === '' ? step : then;
    return cause === '' ? [] : [[cause, sum]];
  });
}

describe('messages', () => {
  test('of a channel and of a shard channel of the same name are two things', () => {
    const { bench, ids: [alice, bob, carol] } = room(500, 'alice', 'bob', 'carol') as { bench: Bench; ids: [number, number, number] };
    bench.say(bob, 'SUBSCRIBE news');
    bench.say(carol, 'SSUBSCRIBE news');
    for (const line of ['SPUBLISH news a', 'PUBLISH news b', 'SPUBLISH news c', 'PUBLISH news d']) bench.type(alice, line);
    const said = steps(whole(bench)).filter((step) => step.includes('PUBLISH'));
    expect(said).toEqual([
      ...['SPUBLISH news a|carol|smessage|a', 'PUBLISH news b|bob|message|b', 'SPUBLISH news c|carol|smessage|c', 'PUBLISH news d|bob|message|d'].map((each) => {
        const [line, name = '', kind, text] = each.split('|');
        const pad = ' '.repeat(name.length + 2);
        return `@alice > ${line}\n(integer) 1\n@${name} < 1) "${kind}"\n${pad}< 2) "news"\n${pad}< 3) "${text}"\n`;
      }),
    ]);
  });

  test('are told apart however many there are at once', () => {
    const { bench, ids: [alice, bob] } = room(1e6, 'alice', 'bob') as { bench: Bench; ids: [number, number] };
    bench.say(bob, 'SUBSCRIBE news');
    bench.type(alice, '3000 PUBLISH news x');
    const said = steps(whole(bench)).filter((step) => step.includes('> PUBLISH'));
    expect(said.length).toBe(3000);
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toBe('@alice > PUBLISH news x\n(integer) 1\n@bob < 1) "message"\n     < 2) "news"\n     < 3) "x"\n');
  });

  test('that a transaction publishes belong to its EXEC, those after a new subscription to their PUBLISH', () => {
    const { bench, ids: [alice, bob] } = room(500, 'alice', 'bob') as { bench: Bench; ids: [number, number] };
    bench.say(bob, 'SUBSCRIBE news');
    for (const line of ['MULTI', 'PUBLISH news a', 'PUBLISH news b', 'EXEC']) bench.type(alice, line);
    bench.type(alice, 'PUBLISH news c');
    bench.type(bob, 'SUBSCRIBE news');
    bench.type(alice, 'PUBLISH news d');
    const said = steps(whole(bench));
    const heard = (line: string): string[] => [...(said.find((step) => step.startsWith(`@alice > ${line}\n`)) ?? '').matchAll(/< 3\) "(\w)"/g)].map(([, text]) => text as string);
    expect([heard('EXEC'), heard('PUBLISH news c'), heard('PUBLISH news d')]).toEqual([['a', 'b'], ['c'], ['d']]);
  });
});

describe('waiting', () => {
  test('a client that waits again at once gets each answer where it was caused', () => {
    for (const frameMs of [10, 1000]) {
      const { bench, ids: [alice, bob] } = room(frameMs, 'alice', 'bob') as { bench: Bench; ids: [number, number] };
      for (const line of ['BLPOP jobs 0', 'BLPOP jobs 0', 'BLPOP jobs 0.05']) bench.type(alice, line);
      bench.run(20);
      bench.type(bob, 'RPUSH jobs one');
      bench.run(20);
      bench.type(bob, 'RPUSH jobs two');
      bench.run(200);
      expect(whole(bench), `a frame in ${frameMs} ms`).toBe(`@alice > BLPOP jobs 0
@bob > RPUSH jobs one
(integer) 1
@alice < 1) "jobs"
       < 2) "one"
@alice > BLPOP jobs 0
@bob > RPUSH jobs two
(integer) 1
@alice < 1) "jobs"
       < 2) "two"
@alice > BLPOP jobs 0.05
+ 50ms
@alice < (nil)
`);
    }
  });

  test('what CLIENT PAUSE held back is written where it runs, after the pause', () => {
    for (const frameMs of [10, 1000]) {
      const { bench, ids: [alice, bob] } = room(frameMs, 'alice', 'bob') as { bench: Bench; ids: [number, number] };
      bench.type(alice, 'CLIENT PAUSE 80 WRITE');
      bench.run(30);
      bench.type(bob, 'INCR n');
      bench.type(alice, 'GET n');
      bench.run(500);
      bench.say(bob, 'PING');
      expect(whole(bench)).toBe('@alice > CLIENT PAUSE 80 WRITE\nOK\n+ 30ms\n@alice > GET n\n(nil)\n+ 50ms\n@bob > INCR n\n(integer) 1\n@bob > PING\nPONG\n');
    }
  });

  test('a key that lives and dies within one frame is read alive and dead', () => {
    const { bench, ids: [alice] } = room(1000, 'alice') as { bench: Bench; ids: [number] };
    for (const [line, ms] of [['SET k v PX 100', 30], ['GET k', 30], ['GET k', 100], ['GET k', 0]] as const) {
      bench.type(alice, line);
      bench.run(ms);
    }
    expect(whole(bench)).toBe('@alice > SET k v PX 100\nOK\n+ 30ms\n@alice > GET k\n"v"\n+ 30ms\n@alice > GET k\n"v"\n+ 40ms\n+ 60ms\n@alice > GET k\n(nil)\n');
  });
});

describe('however coarse the frames are', () => {
  const LINES = ['PING', 'SET t 1 PX 40', 'GET t', '3 INCR n', 'BLPOP a 0', 'BLPOP a b 0.05', 'RPUSH a x y', 'LPUSH b 1', 'BLMOVE a b LEFT RIGHT 0.2', 'MULTI', 'EXEC', 'DISCARD', 'SUBSCRIBE c',
    'SUBSCRIBE c d', 'PSUBSCRIBE c*', 'SSUBSCRIBE c', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE', 'PUBLISH c m', 'SPUBLISH c m', '3 PUBLISH d m', 'CLIENT PAUSE 60', 'CLIENT UNPAUSE', 'HELLO 3',
    'CONFIG SET notify-keyspace-events EA', 'PSUBSCRIBE __keyevent*', 'RESET', 'NOPE', 'DEBUG SLEEP 0.03'];

  function random(round: number, frameMs: number): string {
    let seed = round * 7919 + 13;
    const below = (n: number): number => ((seed = (seed * 1103515245 + 12345) % 2 ** 31) >> 8) % n;
    const bench = new Bench([50, 1000, 20_000, 1e6][round % 4]);
    bench.frameMs = frameMs;
    const ids = ['alice', 'bob', 'carol'].map((name) => bench.open(name));
    for (let i = 0; i < 60; i++) {
      const id = ids[below(ids.length)] as number;
      for (let n = 1 + below(2); n > 0; n--) bench.type(id, LINES[below(LINES.length)] as string);
      bench.run(2 + below(150));
    }
    return whole(bench);
  }

  /** The same but for waits: of time that nothing waits for any more, a coarse frame tells with the next one. */
  function same(coarse: string, fine: string, what: string): void {
    const [those, these] = [waited(coarse), waited(fine)];
    expect(those.map(([step]) => step), what).toEqual(these.map(([step]) => step));
    those.forEach(([step, ms], i) => expect(ms, `${what}: ${step}`).toBeGreaterThanOrEqual(these[i]?.[1] ?? Infinity));
  }

  test('the transcript is the same', () => {
    for (let round = 0; round < 24; round++) {
      const fine = random(round, 10);
      expect(fine).toContain('> ');
      for (const frameMs of [70, 5000]) same(random(round, frameMs), fine, `round ${round}, a frame in ${frameMs} ms`);
    }
  });

  test.each(SCENES.map(({ id }) => id))('%s is recorded as it is', (id) => {
    const source = readFileSync(new URL(`../../../tests/transcripts/scenes/${id}.redis`, import.meta.url), 'utf8');
    const recorded = [10, 400].map((frameMs) => {
      const bench = new Bench();
      bench.frameMs = frameMs;
      for (const step of parse(source).steps) {
        if (step.kind === 'wait') bench.run(step.ms);
        if (step.kind !== 'send') continue;
        const client = bench.session.named(step.client)?.id ?? bench.open(step.client);
        for (const line of [step.line, ...(step.more ?? [])]) bench.type(client, line);
        bench.run(60);
      }
      return whole(bench);
    });
    same(recorded[1] as string, recorded[0] as string, id);
    const said = (text: string): string[] => [...text.matchAll(/^\s*@?\w* *> (.*)$/gm)].map(([, line]) => line as string).sort();
    expect(said(recorded[0] as string)).toEqual(said(source.replace(/^#.*$/gm, '')));
  });
});

test('a pipeline of more events than a frame holds is recorded whole, live and played again', () => {
  const { bench, ids: [alice, bob] } = room(1e6, 'alice', 'bob') as { bench: Bench; ids: [number, number] };
  let most = 0;
  const apply = bench.session.apply.bind(bench.session);
  bench.session.apply = (update) => {
    most = Math.max(most, update.events.length);
    expect(update.dropped).toBe(0);
    apply(update);
  };
  bench.type(alice, '4000 INCR n');
  bench.type(bob, 'GET n');
  const transcript = whole(bench);
  expect([...transcript.matchAll(/^@alice > INCR n\n\(integer\) (\d+)$/gm)].map(([, n]) => Number(n))).toEqual(Array.from({ length: 4000 }, (_, i) => i + 1));
  expect(transcript).toContain('@bob > GET n\n"');
  expect(bench.session.waiting(alice)).toEqual([]);
  // Full frames wait until they have left; a task is never torn.
  expect(most).toBeGreaterThanOrEqual(EVENTS_MAX);
  expect(most).toBeLessThan(EVENTS_MAX + 100);

  const again = new Bench();
  let updates = 0;
  again.driver.replay(bench.session.recording.entries, bench.session.recording, (update) => {
    updates++;
    expect(update.events.length).toBeLessThan(EVENTS_MAX + 100);
    again.session.replay(update);
  });
  expect(updates).toBeGreaterThan(3);
  expect(again.transcript).toBe(transcript);
});
