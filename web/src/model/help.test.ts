import { describe, expect, test } from 'vitest';
import { Bench } from '../worker/engine.testing.ts';
import { addressed } from './addressed.ts';
import { paste } from './paste.ts';

describe('HELP', () => {
  test('tells of a command, and what it has cost here', () => {
    const bench = new Bench();
    const alice = bench.open('alice');
    bench.run();
    const help = (line: string): string => {
      bench.type(alice, line);
      return bench.session.clients.get(alice)?.repl.entries.at(-1)?.text ?? '';
    };
    expect(help('HELP lrange')).toMatch(/^LRANGE key start stop\n  summary    .*\n  since      1\.0\.0\n  group      list\n  complexity O\(S\+N\).*\n  measured   not run yet in this session$/);
    bench.say(alice, 'RPUSH l 1 2 3 4 5');
    bench.say(alice, 'LRANGE l 0 -1');
    expect(help('help LRANGE')).toMatch(/measured   1 run, \d+ elements visited; [\d.]+ µs on the loop$/);
    bench.say(alice, 'LRANGE l 0 0');
    expect(help('? LRANGE')).toMatch(/measured   2 runs, \d–\d elements visited, \d the last time; [\d.]+ µs on the loop in all, [\d.]+ µs at most$/);
    bench.say(alice, 'MULTI');
    bench.say(alice, 'LRANGE l 0 0');
    bench.say(alice, 'EXEC');
    expect(help('HELP LRANGE')).toMatch(/measured   3 runs/);
    expect(help('HELP client pause')).toMatch(/^CLIENT PAUSE timeout/);
    expect(help('HELP CLIENT')).toMatch(/^CLIENT\n[^]*\n  CLIENT TRACKINGINFO +\S/);
    expect(help('HELP @list')).toMatch(/^BLMOVE +\S[^]*\nRPUSHX +\S/);
    expect(help('HELP')).toMatch(/Families: .*@connection .*@stream /);
    expect(help('HELP nope')).toBe('No command is called NOPE.');
    expect(help('HELP @nope')).toMatch(/^No family is called @nope\. There are: @/);
    expect(bench.transcript).not.toContain('HELP');
  });
});

describe('a paste', () => {
  test('of one line is none; of several it is commands without prompts, comments and old replies', () => {
    expect(paste('GET a\n')).toBeNull();
    expect(paste('GET a\n\n# why\n  SET a 1 \r\n')?.lines).toEqual(['GET a', 'SET a 1']);
    expect(paste('127.0.0.1:6379> SET a 1\nOK\n127.0.0.1:6379[2]> GET a\n"1"\nredis> INCR n\nalice(TX)> EXEC')?.lines).toEqual(['SET a 1', 'GET a', 'INCR n', 'EXEC']);
  });

  test('that names clients or waits is a script', () => {
    const script = paste('# Title\n@bob BLPOP jobs 0\n@alice > RPUSH jobs x\n(integer) 1\n@bob < 1) "jobs"\n< 2) "x"\n+1500ms\n@bob  >PING');
    expect(script?.script?.filter(({ kind }) => kind !== 'expect')).toEqual([
      { kind: 'send', client: 'bob', line: 'BLPOP jobs 0', answered: false },
      { kind: 'send', client: 'alice', line: 'RPUSH jobs x', answered: true },
      { kind: 'wait', ms: 1500 },
      { kind: 'send', client: 'bob', line: 'PING', answered: false },
    ]);
    expect(script?.lines).toHaveLength(3);
    expect(paste('what\n@bob PING')).toMatchObject({ script: null, error: 'line 1: expected "@client > COMMAND", got "what"' });
  });

  test('a line may name its client', () => {
    expect(addressed('@bob GET x')).toEqual({ client: 'bob', line: 'GET x' });
    expect(addressed('@bob > GET x')).toEqual({ client: 'bob', line: 'GET x' });
    expect(addressed('ECHO @bob')).toBeNull();
  });
});
