// A reply as a table: pairs as two columns, records as a column for each field, INFO and CLIENT LIST by their lines.
//
// RESP2 has no maps, so what is a list of pairs follows from the command. Nested values that fit no column are written
// as JSON.

import { text, type ByteString } from '../bytes.ts';
import type { Reply } from '../resp.ts';
import { words } from '../words/reply.ts';
import { json } from './json.ts';

/** Column heads and rows of equal length; `more` rows were left out. */
export interface Table {
  columns: string[];
  rows: string[][];
  more: number;
}

/** Rows that are shown. */
export const ROWS_MAX = 100;
/** A list of records with more different fields than this becomes one column of JSON. */
const COLUMNS_MAX = 40;

/** The table of a reply; `argv` is the command that it answers. */
export function table(reply: Reply, argv: readonly ByteString[]): Table {
  const made = build(reply, argv.map((arg) => arg.toUpperCase()));
  const more = Math.max(0, made.rows.length - ROWS_MAX);
  return { ...made, rows: made.rows.slice(0, ROWS_MAX), more };
}

type Made = Omit<Table, 'more'>;

function build(reply: Reply, argv: readonly string[]): Made {
  if (reply.type === 'bulk' || reply.type === 'verbatim') return lines(reply.value, argv) ?? single(reply);
  if (reply.type === 'map') return { columns: [words().columns.key, words().columns.value], rows: reply.pairs.map(([key, value]) => [cell(key), cell(value)]) };
  if (!('items' in reply)) return single(reply);
  const { items } = reply;
  const [head, body] = items;
  if (/SCAN$/.test(argv[0] ?? '') && items.length === 2 && body !== undefined && 'items' in body) {
    const inner = build(body, argv);
    return { columns: [...inner.columns, words().columns.cursor], rows: pad(inner.rows, cell(head as Reply), inner.columns.length) };
  }
  const pairs = pairNames(argv, items.length);
  if (pairs !== null && items.length % 2 === 0 && items.every((item) => !('items' in item))) {
    const rows: string[][] = [];
    for (let i = 0; i < items.length; i += 2) rows.push([cell(items[i] as Reply), cell(items[i + 1] as Reply)]);
    return { columns: pairs, rows };
  }
  return records(items, pairs) ?? { columns: ['#', words().columns.value], rows: items.map((item, i) => [String(i + 1), cell(item)]) };
}

/** The cursor stands once, in the first row. */
function pad(rows: string[][], cursor: string, width: number): string[][] {
  if (rows.length === 0) return [[...Array.from({ length: width }, () => ''), cursor]];
  return rows.map((row, i) => [...row, i === 0 ? cursor : '']);
}

/** The heads of the two columns of a flat list of pairs, or `null`: it is a list of single values. */
function pairNames(argv: readonly string[], length: number): string[] | null {
  const [name, second] = argv;
  if (name === 'HGETALL' || name === 'HSCAN' && !argv.includes('NOVALUES')) return [words().columns.field, words().columns.value];
  if (name === 'HRANDFIELD' && argv.includes('WITHVALUES')) return [words().columns.field, words().columns.value];
  if (name === 'CONFIG' && second === 'GET') return [words().columns.parameter, words().columns.value];
  if (name === 'PUBSUB' && (second === 'NUMSUB' || second === 'SHARDNUMSUB')) return [words().columns.channel, words().columns.subscribers];
  if (argv.includes('WITHSCORES') || name === 'ZSCAN' && !argv.includes('NOSCORES')) return [words().columns.member, words().columns.score];
  if (/^ZPOP(MIN|MAX)$/.test(name ?? '')) return [words().columns.member, words().columns.score];
  if (/^(BLPOP|BRPOP)$/.test(name ?? '') && length === 2) return [words().columns.key, words().columns.element];
  return null;
}

/** A list of maps, or of lists of one length, has a column for each field. */
function records(items: readonly Reply[], pairs: string[] | null): Made | null {
  if (items.length === 0) return null;
  if (items.every((item) => item.type === 'map')) {
    const columns = [...new Set(items.flatMap((item) => (item.type === 'map' ? item.pairs.map(([key]) => cell(key)) : [])))];
    if (columns.length > COLUMNS_MAX) return null;
    const rows = items.map((item) => {
      const values = new Map(item.type === 'map' ? item.pairs.map(([key, value]) => [cell(key), cell(value)]) : []);
      return columns.map((column) => values.get(column) ?? '');
    });
    return { columns, rows };
  }
  const width = 'items' in (items[0] as Reply) ? (items[0] as { items: Reply[] }).items.length : 0;
  if (width < 2 || width > COLUMNS_MAX || !items.every((item) => 'items' in item && item.items.length === width)) return null;
  if (pairs !== null && width === 2) return { columns: pairs, rows: items.map((item) => ('items' in item ? item.items.map(cell) : [])) };
  const columns = ['#', ...Array.from({ length: width }, (_, i) => `[${i + 1}]`)];
  return { columns, rows: items.map((item, i) => [String(i + 1), ...('items' in item ? item.items.map(cell) : [])]) };
}

/** Replies that are text for people: `field:value` lines, and a client a line. */
function lines(value: ByteString, argv: readonly string[]): Made | null {
  const written = text(value).split(/\r?\n/).filter((line) => line !== '');
  if (argv[0] === 'CLIENT' && (argv[1] === 'LIST' || argv[1] === 'INFO')) {
    const clients = written.map((line) => line.split(' ').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
    const columns = clients[0]?.map(([name]) => name as string) ?? [];
    return { columns, rows: clients.map((fields) => columns.map((_, i) => fields[i]?.[1] ?? '')) };
  }
  if (argv[0] !== 'INFO') return null;
  let section = '';
  const rows: string[][] = [];
  for (const line of written) {
    if (line.startsWith('#')) section = line.slice(1).trim();
    else rows.push([section, line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]);
  }
  return { columns: [words().columns.section, words().columns.field, words().columns.value], rows };
}

function single(reply: Reply): Made {
  return { columns: [reply.type === 'error' ? words().columns.error : words().columns.value], rows: [[cell(reply)]] };
}

function cell(reply: Reply): string {
  if (reply.type === 'nil') return '(nil)';
  if (reply.type === 'boolean') return String(reply.value);
  return 'value' in reply ? text(reply.value) : json(reply);
}
