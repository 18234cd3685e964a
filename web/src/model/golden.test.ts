import { describe, expect, test } from 'vitest';
import { encode, join, repeated, split } from './args.ts';
import { text, utf8 } from './bytes.ts';
import { format } from './format.ts';
import golden from './golden/redis-cli.json';
import { Decoder, ProtocolError } from './resp.ts';

describe('replies look as in redis-cli', () => {
  for (const { resp, bytes, text: expected } of golden.formats) {
    test(`RESP${resp} ${JSON.stringify(bytes).slice(0, 60)}`, () => {
      const replies = new Decoder().push(bytes);
      expect(replies.map(({ reply }) => `${format(reply)}\n`).join('')).toBe(expected);
    });
    test(`RESP${resp} byte by byte ${JSON.stringify(bytes).slice(0, 60)}`, () => {
      const decoder = new Decoder();
      const replies = [...bytes].flatMap((byte) => decoder.push(byte));
      expect(replies).toEqual(new Decoder().push(bytes));
    });
  }
});

describe('lines split as in redis-cli', () => {
  for (const { line, argv, text: said } of golden.splits) {
    test(JSON.stringify(line), () => {
      const words = split(line);
      expect(words ?? null).toEqual(argv);
      if (words === undefined) expect(said).toBe('Invalid argument(s)\n');
      else expect(split(join(words))).toEqual(words);
    });
  }
});

test('a number in front repeats the command', () => {
  expect(repeated(['3', 'PING'])).toEqual({ times: 3, argv: ['PING'] });
  expect(repeated(['3'])).toEqual({ times: 1, argv: ['3'] });
  expect(repeated(['GET', '3'])).toEqual({ times: 1, argv: ['GET', '3'] });
});

test('requests are arrays of bulk strings', () => {
  expect(encode(['GET', 'é'].map(utf8))).toBe('*2\r\n$3\r\nGET\r\n$2\r\n\xc3\xa9\r\n');
});

test('text decodes UTF-8 and leaves other bytes alone', () => {
  expect(text(utf8('naïve ☂ 100%'))).toBe('naïve ☂ 100%');
  expect(text('\xff\xfe')).toBe('\xff\xfe');
});

test('broken replies are refused with a reason', () => {
  for (const bytes of ['?x\r\n', '$x\r\n', '*-2\r\n', '*1\r\n'.repeat(200)]) {
    expect(() => new Decoder().push(bytes)).toThrow(ProtocolError);
  }
});

test('a large reply in small pieces is decoded once it is whole', () => {
  const value = 'x'.repeat(1_000_000);
  const bytes = `*2\r\n$${value.length}\r\n${value}\r\n:1\r\n`;
  const decoder = new Decoder();
  let replies = 0;
  for (let at = 0; at < bytes.length; at += 10_000) replies += decoder.push(bytes.slice(at, at + 10_000)).length;
  expect(replies).toBe(1);
});
