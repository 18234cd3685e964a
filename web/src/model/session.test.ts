import { describe, expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import { parse, TranscriptError } from './transcript.ts';

describe('the prompt and the log', () => {
  test('follow the engine: database, transaction, subscriptions', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    bench.run();
    expect(bench.session.prompt(alice)).toBe('alice>');
    bench.say(alice, 'SELECT 3');
    expect(bench.session.prompt(alice)).toBe('alice[3]>');
    bench.say(alice, 'MULTI');
    expect(bench.session.prompt(alice)).toBe('alice[3](TX)>');
    bench.say(alice, 'DISCARD');
    expect(bench.say(alice, 'SUBSCRIBE a b')).toEqual([
      '1) "subscribe"\n2) "a"\n3) (integer) 1', '1) "subscribe"\n2) "b"\n3) (integer) 2']);
    expect(bench.session.prompt(alice)).toBe('alice[3](subscribed mode)>');
    expect(bench.session.clients.get(alice)?.repl.pending).toEqual([]);
  });

  test('what is meant to be read is printed raw, bad lines are answered on the spot, long replies are cut', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    expect(bench.say(alice, 'CLIENT INFO')[0]).toMatch(/^id=1 addr=127\.0\.0\.1:/);
    expect(bench.say(alice, 'SET "a')).toEqual(['Invalid argument(s)']);
    bench.say(alice, 'DEBUG POPULATE 500');
    expect(bench.say(alice, 'KEYS *')[0]).toMatch(/\n… 380 more lines$/);
    bench.say(alice, 'clear');
    expect(bench.session.clients.get(alice)?.repl.entries).toEqual([]);
  });

  test('names are unique and plain', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    bench.open('bob');
    expect(bench.session.rename(alice, 'bob')).toBe(false);
    expect(bench.session.rename(alice, 'a b')).toBe(false);
    expect(bench.session.rename(alice, 'worker1')).toBe(true);
    expect(bench.session.open().name).toBe('alice');
  });
});

describe('the transcript', () => {
  test('gives a subscriber what was published since it subscribed, however much one frame brings', () => {
    const bench = new Bench();
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => bench.open(name)) as [number, number, number];
    bench.type(alice, 'PUBLISH news early');
    bench.type(bob, 'SUBSCRIBE news');
    bench.type(carol, 'PSUBSCRIBE n*');
    bench.type(alice, 'PUBLISH news late');
    bench.run();
    bench.say(bob, 'UNSUBSCRIBE news');
    bench.say(alice, 'PUBLISH news unheard');
    bench.say(bob, 'SUBSCRIBE news');
    bench.say(alice, 'PUBLISH news last');
    const steps = bench.transcript.split(/^(?=@\w+ +>)/m).filter((step) => step.includes('> '));
    const of = (text: string): string[] => steps.filter((step) => step.includes(`PUBLISH news ${text}`)).map((step) => step.match(/^@(bob|carol) +</gm)?.join() ?? '');
    expect(of('early')).toEqual(['']);
    expect(of('late')).toEqual(['@bob <,@carol <']);
    expect(of('unheard')).toEqual(['@carol <']);
    expect(of('last')).toEqual(['@bob <,@carol <']);
  });

  test('puts every reply below the step that caused it', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    const bob = bench.open('bob');
    bench.say(alice, 'BLPOP jobs 0');
    bench.say(bob, 'RPUSH jobs paint sand');
    bench.say(bob, 'HELLO 3');
    bench.say(bob, 'SUBSCRIBE news');
    bench.say(alice, 'PUBLISH news "a\\nb"');
    bench.say(alice, '2 PING');
    bench.say(alice, 'SET plus +');
    bench.say(alice, 'GET plus');
    const hello = bench.transcript.indexOf('@bob > SUBSCRIBE');
    expect(bench.transcript.slice(0, bench.transcript.indexOf('@bob > HELLO')) + bench.transcript.slice(hello)).toBe(
      `@alice > BLPOP jobs 0
@bob > RPUSH jobs paint sand
(integer) 2
@alice < 1) "jobs"
       < 2) "paint"
@bob > SUBSCRIBE news
1> "subscribe"
2> "news"
3> (integer) 1
@alice > PUBLISH news "a\\nb"
(integer) 1
@bob < 1> "message"
     < 2> "news"
     < 3> "a\\nb"
@alice > PING
PONG
@alice > PING
PONG
@alice > SET plus +
OK
@alice > GET plus
"+"
`);
  });

  test('notes time only while something waits for it', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    const bob = bench.open('bob');
    bench.say(bob, 'PING');
    bench.run(5000);
    bench.say(bob, 'PING');
    bench.say(alice, 'BLPOP jobs 2.5');
    bench.run(3000);
    bench.say(bob, 'PING');
    const waits = [...bench.transcript.matchAll(/^\+ (\d+)ms$/gm)].map((match) => Number(match[1]));
    expect(waits).toEqual([2500]);
    expect(bench.transcript).toMatch(/\+ 2500ms\n@alice < \(nil\)\n@bob > PING/);
  });

  test('is read back', () => {
    const script = parse('# Title\n# about\n\n@a > GET x\n(nil)\n+ 2s\n@b < 1) "y"\n   < 2) "z"\n@a closes\n');
    expect(script).toEqual({
      title: 'Title',
      about: 'about',
      steps: [
        { kind: 'send', client: 'a', line: 'GET x', answered: true },
        { kind: 'expect', client: 'a', text: '(nil)' },
        { kind: 'wait', ms: 2000 },
        { kind: 'expect', client: 'b', text: '1) "y"\n2) "z"' },
        { kind: 'close', client: 'a' },
      ],
    });
    const piped = parse('# Two\n@a > INCR n\n   > GET n\n(integer) 1\n"1"\n').steps[0];
    expect(piped).toEqual({ kind: 'send', client: 'a', line: 'INCR n', more: ['GET n'], answered: true });
    expect(() => parse('what')).toThrow(TranscriptError);
  });
});
