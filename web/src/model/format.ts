// Writes a reply as redis-cli does on a terminal, byte for byte (`golden/redis-cli.json` holds its own output).
//
// Aggregates number their items; every number is padded to the width of the largest, nested lines are indented by
// that width. A map's nested value starts on its own line. INFO and its like are printed raw.

import { quote, type ByteString } from './bytes.ts';
import type { Reply } from './resp.ts';

/** The reply as redis-cli prints it, without the final line feed. The result is bytes: show it through `text`. */
export function format(reply: Reply): ByteString {
  if (reply.type === 'push' && isInvalidation(reply)) return invalidation(reply);
  return body(reply, '', false);
}

/** The reply with the marks by which transcripts tell apart what redis-cli prints alike, at every depth. */
export function formatExactly(reply: Reply): ByteString {
  return body(reply, '', true);
}

/** The reply of a command whose answer redis-cli prints raw (see {@link isRaw}). */
export function formatRaw(reply: Reply): ByteString {
  if (reply.type === 'bulk' || reply.type === 'verbatim') return reply.value.replace(/\r?\n$/, '');
  return format(reply);
}

const RAW = new Set(['INFO', 'LOLWUT', 'CLIENT LIST', 'CLIENT INFO', 'MEMORY DOCTOR', 'MEMORY MALLOC-STATS',
  'LATENCY DOCTOR', 'LATENCY GRAPH', 'CLUSTER INFO', 'CLUSTER NODES', 'DEBUG HTSTATS', 'DEBUG HTSTATS-KEY']);

/** Whether redis-cli prints this command's text reply unquoted. */
export function isRaw(argv: readonly ByteString[]): boolean {
  const name = (argv[0] ?? '').toUpperCase();
  return RAW.has(name) || RAW.has(`${name} ${(argv[1] ?? '').toUpperCase()}`);
}

function body(reply: Reply, indent: string, exact: boolean): ByteString {
  switch (reply.type) {
    case 'status':
      return reply.value;
    case 'verbatim':
      return exact ? `(verbatim ${reply.format}) ${quote(reply.value)}` : reply.value;
    case 'bignumber':
      return exact ? `(big number) ${reply.value}` : reply.value;
    case 'error':
      return `(error) ${reply.value}`;
    case 'integer':
      return `(integer) ${reply.value}`;
    case 'double':
      return `(double) ${reply.value}`;
    case 'boolean':
      return reply.value ? '(true)' : '(false)';
    case 'nil':
      return '(nil)';
    case 'bulk':
      return quote(reply.value);
    case 'array':
      return items(reply.items, ')', '(empty array)', indent, exact);
    case 'push':
      return items(reply.items, exact ? '>' : ')', '(empty push)', indent, exact);
    case 'set':
      return items(reply.items, '~', '(empty set)', indent, exact);
    case 'map':
      return map(reply.pairs, indent, exact);
  }
}

function items(list: readonly Reply[], mark: string, empty: string, indent: string, exact: boolean): ByteString {
  if (list.length === 0) return empty;
  const width = String(list.length).length;
  const inner = indent + ' '.repeat(width + 2);
  return list
    .map((item, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}${mark} ${body(item, inner, exact)}`)
    .join('\n');
}

function map(pairs: readonly [Reply, Reply][], indent: string, exact: boolean): ByteString {
  if (pairs.length === 0) return '(empty hash)';
  const width = String(pairs.length).length;
  const inner = indent + ' '.repeat(width + 2);
  return pairs
    .map(([key, value], i) => {
      const head = `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}# ${body(key, inner, exact)} => `;
      return isNested(value) ? `${head}\n${inner}${body(value, inner, exact)}` : head + body(value, inner, exact);
    })
    .join('\n');
}

function isNested(reply: Reply): boolean {
  return 'items' in reply ? reply.items.length > 0 : 'pairs' in reply && reply.pairs.length > 0;
}

function isInvalidation(reply: { items: Reply[] }): boolean {
  const first = reply.items[0];
  return first?.type === 'bulk' && first.value === 'invalidate';
}

function invalidation(reply: { items: Reply[] }): ByteString {
  const keys = reply.items[1];
  const names = keys !== undefined && 'items' in keys ? keys.items : [];
  return `-> invalidate: ${names.map((key) => `'${'value' in key ? key.value : ''}'`).join(', ')}`;
}
