import { describe, expect, test } from 'vitest';
import { encode } from '../args.ts';
import golden from '../golden/redis-cli.json';
import { Decoder, type Reply } from '../resp.ts';
import { json } from './json.ts';
import { ROWS_MAX, table } from './table.ts';
import { wire, WIRE_LINES_MAX } from './wire.ts';

const read = (bytes: string): Reply => (new Decoder().push(bytes)[0] as { reply: Reply }).reply;

describe('the bytes with remarks', () => {
  test('nest as the protocol does', () => {
    expect(wire(encode(['SET', 'k', 'a\r\n\xff\\']))).toEqual([
      { depth: 0, bytes: '*3\\r\\n', note: 'array of 3 elements' },
      { depth: 1, bytes: '$3\\r\\nSET\\r\\n', note: 'bulk string, 3 bytes' },
      { depth: 1, bytes: '$1\\r\\nk\\r\\n', note: 'bulk string, 1 byte' },
      { depth: 1, bytes: '$5\\r\\na\\r\\n\\xff\\\\\\r\\n', note: 'bulk string, 5 bytes' },
    ]);
    expect(wire('*2\r\n%1\r\n+a\r\n*1\r\n:1\r\n$-1\r\n').map(({ depth, note }) => [depth, note])).toEqual([
      [0, 'array of 2 elements'], [1, 'map of 1 pair'], [2, 'simple string'], [2, 'array of 1 element'], [3, 'integer'], [1, 'null']]);
    expect(wire('|1\r\n+a\r\n+b\r\n*0\r\n+OK\r\n').map(({ depth }) => depth)).toEqual([0, 1, 1, 0, 0]);
    expect(wire('#t\r\n_\r\n,1.5\r\n').map(({ note }) => note)).toEqual(['true', 'null', 'double']);
  });

  test('are all there, and bounded', () => {
    for (const { bytes } of golden.formats) {
      const lines = wire(bytes);
      if (lines.length > WIRE_LINES_MAX || bytes.length > 400) continue;
      const shown = lines.map((line) => line.bytes).join('');
      expect(shown.replace(/\\(x..|.)/g, (_, code: string) => (code === 'r' ? '\r' : code === 'n' ? '\n' : code[0] === 'x' ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : code))).toBe(bytes);
    }
    expect(wire(`*1000\r\n${':1\r\n'.repeat(1000)}`).at(-1)?.note).toMatch(/more bytes$/);
    expect(wire('*1\r\n$5').at(-1)).toEqual({ depth: 1, bytes: '$5', note: '' });
  });
});

describe('JSON', () => {
  test('is exact', () => {
    const reply = read('*8\r\n:9223372036854775807\r\n$2\r\n\xc3\xbc\r\n$1\r\n\xff\r\n$-1\r\n-ERR no\r\n#f\r\n,inf\r\n(12345678901234567890\r\n');
    expect(json(reply)).toBe('[\n  9223372036854775807,\n  "ü",\n  {"hex": "ff"},\n  null,\n  {"error": "ERR no"},\n  false,\n  "inf",\n  12345678901234567890\n]');
    expect(json(read('%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n:1\r\n:2\r\n'))).toBe('{"a": 1, "b": [1, 2]}');
    expect(json(read('%1\r\n:1\r\n+x\r\n'))).toBe('[[1, "x"]]');
    expect(json(read('%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n'))).toBe('[["a", 1], ["a", 2]]');
  });

  test('of every reply can be parsed', () => {
    for (const { bytes } of golden.formats) for (const { reply } of new Decoder().push(bytes)) expect(() => JSON.parse(json(reply)) as unknown, bytes).not.toThrow();
  });
});

describe('tables', () => {
  const list = (...items: string[]): Reply => ({ type: 'array', items: items.map((value) => ({ type: 'bulk', value })) });

  test('have a column for what belongs together', () => {
    expect(table(list('a', '1', 'b', '2'), ['hgetall', 'h'])).toEqual({ columns: ['field', 'value'], rows: [['a', '1'], ['b', '2']], more: 0 });
    expect(table(list('a', '1'), ['ZRANGE', 'z', '0', '-1', 'WITHSCORES']).columns).toEqual(['member', 'score']);
    expect(table(list('a', 'b'), ['LRANGE', 'l', '0', '-1'])).toMatchObject({ columns: ['#', 'value'], rows: [['1', 'a'], ['2', 'b']] });
    expect(table({ type: 'map', pairs: [[{ type: 'bulk', value: 'k' }, { type: 'nil' }]] }, ['CONFIG', 'GET', 'x']).rows).toEqual([['k', '(nil)']]);
    expect(table({ type: 'array', items: [list('a', '1'), list('b', '2')] }, ['ZRANGE'])).toMatchObject({ columns: ['#', '[1]', '[2]'], rows: [['1', 'a', '1'], ['2', 'b', '2']] });
    expect(table({ type: 'array', items: [list('a', '1')] }, ['ZRANGE', 'z', '0', '-1', 'withscores'])).toMatchObject({ columns: ['member', 'score'], rows: [['a', '1']] });
    expect(table({ type: 'array', items: [{ type: 'bulk', value: '17' }, list('a', 'b')] }, ['SCAN', '0'])).toMatchObject({
      columns: ['#', 'value', 'next cursor'], rows: [['1', 'a', '17'], ['2', 'b', '']] });
    expect(table({ type: 'error', value: 'ERR no' }, ['GET'])).toEqual({ columns: ['error'], rows: [['ERR no']], more: 0 });
  });

  test('read what is written for people', () => {
    expect(table({ type: 'bulk', value: '# Server\r\nversion:9\r\nos:x:y\r\n' }, ['info'])).toMatchObject({
      columns: ['section', 'field', 'value'], rows: [['Server', 'version', '9'], ['Server', 'os', 'x:y']] });
    expect(table({ type: 'bulk', value: 'id=1 name= flags=N\nid=2 name=b flags=N\n' }, ['CLIENT', 'list'])).toMatchObject({
      columns: ['id', 'name', 'flags'], rows: [['1', '', 'N'], ['2', 'b', 'N']] });
  });

  test('have rows of one width, whatever the reply, and a bound', () => {
    for (const { bytes } of golden.formats) for (const { reply } of new Decoder().push(bytes)) {
      for (const argv of [['HGETALL'], ['SCAN'], ['X', 'WITHSCORES'], []]) {
        const { columns, rows } = table(reply, argv);
        for (const row of rows) expect(row).toHaveLength(columns.length);
      }
    }
    expect(table(list(...Array.from({ length: 150 }, String)), ['KEYS', '*'])).toMatchObject({ more: 50, rows: { length: ROWS_MAX } });
  });
});
