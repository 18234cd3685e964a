// The programs below were run against a real server with redis-cli 7.0, node-redis 5, ioredis 5, redis-py 7 and the redis
// crate; what the literals must be is each language's own rule.

import { describe, expect, test } from 'vitest';
import { split } from '../args.ts';
import { unpack, utf8 } from '../bytes.ts';
import { code, TARGETS, type CodeStep } from './code.ts';
import { javascript, python, quoted, rust, shell, typed } from './literals.ts';
import { codeSteps } from './steps.ts';

const BINARY = '\x00\xff\'"\\';
const UNICODE = utf8('grüße \u{1f600}\u2028\u202e');
const QUOTES = 'it\'s "q" \\ $HOME `x` ${y}\n\r\t\x07\x7f';

describe('literals', () => {
  test('JavaScript evaluates to the same bytes', () => {
    expect(javascript(BINARY)).toBe("Buffer.from('00ff27225c', 'hex')");
    expect(javascript(UNICODE)).toBe("'grüße \u{1f600}\\u2028\\u202e'");
    expect(javascript(QUOTES)).toBe("'it\\'s \"q\" \\\\ $HOME `x` ${y}\\n\\r\\t\\x07\\x7f'");
    for (const bytes of everyByte()) {
      const value: unknown = new Function('Buffer', `return ${javascript(bytes)}`)(Buffer);
      expect(typeof value === 'string' ? utf8(value) : unpack(value as Uint8Array)).toBe(bytes);
    }
  });

  test('Python', () => {
    expect(python(BINARY)).toBe("b'\\x00\\xff\\'\"\\\\'");
    expect(python(UNICODE)).toBe("'grüße \u{1f600}\\u2028\\u202e'");
    expect(python(QUOTES)).toBe("'it\\'s \"q\" \\\\ $HOME `x` ${y}\\n\\r\\t\\x07\\x7f'");
  });

  test('Rust', () => {
    expect(rust(BINARY)).toBe('b"\\x00\\xff\'\\"\\\\"');
    expect(rust(UNICODE)).toBe('"grüße \u{1f600}\\u{2028}\\u{202e}"');
    expect(rust(QUOTES)).toBe('"it\'s \\"q\\" \\\\ $HOME `x` ${y}\\n\\r\\t\\u{7}\\u{7f}"');
  });

  test('a shell word, where one can carry the bytes; redis-cli\'s own quotes always do', () => {
    expect(shell('user:1')).toBe('user:1');
    expect(shell('')).toBe("''");
    expect(shell('it\'s $x *')).toBe("'it'\\''s $x *'");
    expect(shell(BINARY)).toBeUndefined();
    expect(shell('a\nb')).toBeUndefined();
    expect(quoted('a b')).toBe("'a b'");
    for (const bytes of everyByte()) expect(split(typed(bytes))).toEqual([bytes]);
  });
});

/** Every byte alone, all of them together, and nothing. */
function everyByte(): string[] {
  const each = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  return [...each, each.join(''), '', UNICODE, QUOTES];
}

const said = (client: string, line: string): CodeStep => ({ kind: 'command', client, argv: split(utf8(line)) as string[] });
const write = (id: string, ...steps: CodeStep[]): string => code(TARGETS.find((target) => target.id === id) as (typeof TARGETS)[number], steps);

describe('one command', () => {
  test('is one line in a shell, or its standard input', () => {
    expect(write('redis-cli', said('alice', 'SET a "two words"'))).toBe("redis-cli SET a 'two words'\n");
    expect(write('redis-cli', said('alice', 'SET a "\\x00"'))).toBe("redis-cli <<'EOF'\nSET a \"\\x00\"\nEOF\n");
    expect(write('redis-cli', said('alice', 'BLPOP jobs 0'))).toBe('redis-cli BLPOP jobs 0\n');
    expect(write('redis-cli', said('alice', 'PING'), said('alice', 'EOF'))).toBe("redis-cli <<'EOF_'\nPING\nEOF\nEOF_\n");
  });

  test('is a small program elsewhere', () => {
    expect(write('node-redis', said('alice', 'SET a 1'))).toBe(`import { createClient } from 'redis'; // node-redis 5

const alice = await createClient().connect();
const show = (reply) => reply.then((value) => console.log(value), (error) => console.error(String(error)));

await show(alice.sendCommand(['SET', 'a', '1']));

alice.destroy();
`);
    expect(write('ioredis', said('alice', 'SET a 1'))).toContain("await show(alice.call('SET', 'a', '1'));\n\nalice.disconnect();");
    expect(write('redis-py', said('alice', 'SET a 1'))).toMatch(/^import redis\n\n\ndef run[^]*\nalice = redis\.Redis\(single_connection_client=True\)\n\nrun\(alice, 'SET', 'a', '1'\)\n$/);
    expect(write('rust', said('alice', 'SET a 1'))).toContain('    show(cmd("SET").arg("a").arg("1").query(&mut alice));\n    Ok(())\n}');
  });
});

describe('a session', () => {
  const steps = [
    said('bob', 'BLPOP jobs 0'), said('class', 'RPUSH jobs x'), { kind: 'wait', ms: 50 } as const, said('bob', 'MULTI'),
    said('bob', 'BLPOP jobs 0'), said('bob', 'EXEC'), said('1st', 'SUBSCRIBE a b'), said('class', 'PUBLISH a hi'),
  ];

  test('never waits for a blocked client that somebody else must wake', () => {
    const program = write('node-redis', ...steps);
    const order = ["const reply1 = show(bob.sendCommand(['BLPOP'", 'await sleep(100)', "class_.sendCommand(['RPUSH'", 'await sleep(50)', 'await reply1;', "['MULTI']",
      "await show(bob.sendCommand(['BLPOP'", "['EXEC']", "client1st.subscribe(['a', 'b'], (message"].map((part) => program.indexOf(part));
    expect(order).not.toContain(-1);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
    expect(write('redis-py', ...steps)).toContain("waiting1 = threads.submit(run, bob, 'BLPOP', 'jobs', '0')\ntime.sleep(0.1)\n");
    expect(write('rust', ...steps)).toContain('bob = waiting1.join()');
    expect(write('ioredis', said('a', 'BLPOP jobs 0'), said('b', 'PING'))).toContain("await show(b.call('PING'));\nawait reply1;\n");
  });

  test('has a redis-cli for each client, and stops those that listen', () => {
    const script = write('redis-cli', ...steps);
    expect(script).toContain('exec {to_bob}> >(redis-cli)\n');
    expect(script).toContain('exec {to_1st}> >(redis-cli)\npid_1st=$!\n');
    expect(script).toContain("printf '%s\\n' 'BLPOP jobs 0' >&\"$to_bob\"\nsleep 0.1\n");
    expect(script).toMatch(/kill "\$pid_1st"\nwait\n$/);
  });

  test('is read from the transcript, whole or one client\'s', () => {
    const recorded = [
      { client: 'alice', line: 'SET a "\\xff"', replies: [] }, { client: null, line: '+ 1500ms', replies: [] }, { client: 'bob', line: 'GET a', replies: [] },
    ];
    expect(codeSteps(recorded)).toEqual([
      { kind: 'command', client: 'alice', argv: ['SET', 'a', '\xff'] }, { kind: 'wait', ms: 1500 }, { kind: 'command', client: 'bob', argv: ['GET', 'a'] }]);
    expect(codeSteps(recorded, 'bob')).toEqual([{ kind: 'command', client: 'bob', argv: ['GET', 'a'] }]);
  });
});
