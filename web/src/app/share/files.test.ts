import { describe, expect, test } from 'vitest';
import { encode } from '../../model/args.ts';
import { utf8 } from '../../model/bytes.ts';
import { Refusal } from '../../model/share/admit.ts';
import { FILE_MAX, fromFile, toFile } from '../../model/share/files.ts';
import { lesson, played } from './lessons.testing.ts';

const recording = lesson('lost update');
const position = { turns: 12, at: (recording.entries[8] as { at: number }).at };
const good = toFile({ recording, position });

function reason(file: string): string {
  try {
    fromFile(utf8(file));
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
  return 'taken';
}

test('a recording comes back from its file', () => {
  expect(fromFile(utf8(good))).toEqual({ kind: 'recording', shared: { recording, position } });
});

test('a transcript of the page is a script', () => {
  const file = fromFile(utf8(played(recording).scribe.recorder.toString()));
  expect(file.kind === 'script' && file.names).toEqual(['alice', 'bob']);
  expect(file.kind === 'script' && file.script.steps.filter((step) => step.kind === 'send').length).toBe(30);
});

test('requests become lines that mean the same', () => {
  expect(fromFile(encode(['SET', 'a b', '\xff"']) + encode(['PING']))).toEqual({ kind: 'requests', lines: ['SET "a b" "\\xff\\""', 'PING'] });
});

describe('hostile files are refused with a reason', () => {
  const change = (from: string | RegExp, to: string): string => reason(good.replace(from, to));
  test.each([
    ['nothing', ' \n'],
    ['unknownFile', '{"a":1}'],
    ['unknownFile', '\x7fELF\0\0'],
    ['damaged', '{"redloop":1,}'],
    ['truncated', good.slice(0, 200)],
    ['version', '{"redloop":2}'],
    ['damaged', '{"redloop":1}'],
    ['damaged', '*1\r\n:1\r\n'],
    ['damaged', '*x\r\n'],
    ['truncated', '*2\r\n$3\r\nGET\r\n'],
    ['damaged', encode(['9000', 'PING'])],
    ['script', 'hello\n'],
    ['nothing', '# only a comment\n'],
    ['time', '@a > PING\n+ 999999999s\n'],
    ['clients', Array.from({ length: 40 }, (_, i) => `@c${i} > PING\n`).join('')],
  ])('%s: %j', (expected, file) => expect(reason(file)).toBe(expected));

  test('fields that nobody knows, and values of the wrong kind', () => {
    expect(change('{"redloop":1', '{"extra":1,"redloop":1')).toBe('damaged');
    expect(change('"input":"lines"', '"input":"lines","evil":1')).toBe('damaged');
    expect(change('"input":"lines"', '"input":"crash"')).toBe('damaged');
    expect(change(/"lines":\["[^"]*"\]/, '"lines":[1]')).toBe('damaged');
    expect(change(/"at":\d+/, '"at":"soon"')).toBe('damaged');
    expect(change(/"seed":\d+/, '"seed":1e300')).toBe('damaged');
    expect(change(/"name":"\w+"/, '"name":"<img src=x onerror=alert(1)>"')).toBe('clients');
    expect(change(/"turns":\d+,"at":\d+\}\}/, '"turns":99999999,"at":1}}')).toBe('time');
  });

  test('too large', () => expect(reason('#'.repeat(FILE_MAX + 1))).toBe('tooLong'));
});

test('thousands of mutations of every kind of file are refused or taken, and never anything else', () => {
  const files = [utf8(good), utf8(played(recording).scribe.recorder.toString()), encode(['SET', 'a', '1']) + encode(['RPUSH', 'l', 'x', 'y'])];
  let chance = 99;
  const roll = (below: number): number => (chance = (chance * 48_271) % 0x7fff_ffff) % below;
  let taken = 0;
  for (let run = 0; run < 9000; run++) {
    let file = files[run % files.length] as string;
    for (let changes = 1 + roll(3); changes > 0; changes--) {
      const at = roll(file.length);
      const put = roll(2) === 0 ? String.fromCharCode(roll(256)) : file.slice(roll(file.length)).slice(0, roll(12));
      file = file.slice(0, at) + put + file.slice(at + roll(6));
    }
    try {
      fromFile(file);
      taken++;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  expect(taken).toBeGreaterThan(0);
});
