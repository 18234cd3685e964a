// The bytes of a request or reply as they travel, one protocol line a row, each with a remark on what it says.
//
// Rows are nested as the protocol nests. It reads what the engine wrote, so it trusts lengths only as far as the bytes
// reach: whatever does not parse is shown as it is.

import type { ByteString } from '../bytes.ts';
import { words } from '../words/reply.ts';

/** One row: the bytes with line ends made visible, and what they mean. */
export interface WireLine {
  depth: number;
  bytes: string;
  note: string;
}

/** Rows that are made of one message; the rest is counted in a last row. */
export const WIRE_LINES_MAX = 120;
/** Bytes of one value that are shown. */
const VALUE_MAX = 400;

/** The rows of one message or of several. */
export function wire(bytes: ByteString): WireLine[] {
  const say = words();
  const lines: WireLine[] = [];
  /** How many values are still to come, per open aggregate. */
  const open: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (lines.length >= WIRE_LINES_MAX) {
      lines.push({ depth: 0, bytes: '…', note: say.moreBytes(bytes.length - at) });
      return lines;
    }
    while (open.length > 0 && open.at(-1) === 0) open.pop();
    const depth = open.length;
    if (depth > 0) open[depth - 1] = (open[depth - 1] as number) - 1;
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) {
      lines.push({ depth, bytes: visible(bytes.slice(at)), note: '' });
      return lines;
    }
    const kind = bytes[at] as string;
    const rest = bytes.slice(at + 1, end);
    let head = bytes.slice(at, end + 2);
    at = end + 2;
    let note: string;
    const length = Number(rest);
    if (isIn(kind, say.aggregate)) {
      const pairs = kind === '%' || kind === '|';
      note = length < 0 ? say.nullArray : say.aggregate[kind](length);
      if (length > 0) open.push(pairs ? length * 2 : length);
      // An attribute comes in addition to the value that it is about.
      if (kind === '|' && depth > 0) open[depth - 1] = (open[depth - 1] as number) + 1;
    } else if (isIn(kind, say.bulk)) {
      note = length < 0 ? say.nullString : say.bulk[kind](length);
      if (length >= 0) {
        head += bytes.slice(at, at + length + 2);
        at += length + 2;
      }
    } else note = kind === '#' ? String(rest === 't') : isIn(kind, say.simple) ? say.simple[kind] : say.inline;
    lines.push({ depth, bytes: visible(head), note });
  }
  return lines;
}

function isIn<T extends object>(kind: string, of: T): kind is string & keyof T {
  return Object.hasOwn(of, kind);
}

/** Line ends as `\r\n`, everything else that is no ASCII as `\xHH`. */
function visible(bytes: ByteString): string {
  const shown = bytes.length > VALUE_MAX ? bytes.slice(0, VALUE_MAX) : bytes;
  const escaped = shown.replace(/[^ -[\]-~]/g, (c) => {
    if (c === '\r') return '\\r';
    if (c === '\n') return '\\n';
    return c === '\\' ? '\\\\' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return shown === bytes ? escaped : `${escaped}…`;
}
