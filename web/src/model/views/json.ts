// A reply as JSON, exact: integers keep all their digits, bytes that are no UTF-8 become `{"hex": "…"}`.
//
// Errors are `{"error": "…"}`, wherever they stand. A map whose keys are different strings is an object; any other map
// is an array of pairs. Infinities and NaN, which JSON lacks, are strings.

import { decoded, hex, isUtf8, shown, type ByteString } from '../bytes.ts';
import type { Reply } from '../resp.ts';

/** The reply as JSON text, indented by two blanks. Scalars in an array share a line while it stays short. */
export function json(reply: Reply): string {
  return write(reply, '');
}

const LINE_MAX = 72;

function write(reply: Reply, indent: string): string {
  switch (reply.type) {
    case 'status':
    case 'bulk':
    case 'verbatim':
      return string(reply.value);
    case 'error':
      return `{"error": ${string(reply.value)}}`;
    case 'integer':
    case 'bignumber':
      return reply.value;
    case 'double':
      return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(reply.value) ? reply.value : string(reply.value);
    case 'boolean':
      return String(reply.value);
    case 'nil':
      return 'null';
    case 'array':
    case 'set':
    case 'push':
      return block('[', reply.items.map((item) => write(item, `${indent}  `)), ']', indent);
    case 'map': {
      const inner = `${indent}  `;
      if (isObject(reply.pairs)) return block('{', reply.pairs.map(([key, value]) => `${write(key, inner)}: ${write(value, inner)}`), '}', indent);
      return block('[', reply.pairs.map(([key, value]) => `[${write(key, inner)}, ${write(value, inner)}]`), ']', indent);
    }
  }
}

function block(open: string, members: string[], close: string, indent: string): string {
  const line = `${open}${members.join(', ')}${close}`;
  if (line.length + indent.length <= LINE_MAX && !line.includes('\n')) return line;
  return `${open}\n${members.map((member) => `${indent}  ${member}`).join(',\n')}\n${indent}${close}`;
}

function isObject(pairs: readonly [Reply, Reply][]): boolean {
  const keys = pairs.map(([key]) => ((key.type === 'bulk' || key.type === 'status') && isUtf8(key.value) ? key.value : undefined));
  return keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
}

function string(bytes: ByteString): string {
  return isUtf8(bytes) ? shown(JSON.stringify(decoded(bytes)), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : `{"hex": "${hex(bytes)}"}`;
}
