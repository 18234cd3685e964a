// An incremental decoder of RESP2 and RESP3 replies.
//
// Feed it bytes in any split; it yields whole replies. It starts again from the first byte of an unfinished reply,
// and remembers how many bytes must have come before a retry can succeed, so a reply that trickles in costs no more
// than a few passes. Attributes (`|`) are decoded and dropped: redis-cli does not show them either.

import type { ByteString } from './bytes.ts';

/** One decoded reply. Numbers stay text: RESP integers and doubles do not all fit a JavaScript number. */
export type Reply =
  | { type: 'status' | 'error' | 'integer' | 'double' | 'bignumber' | 'bulk'; value: ByteString }
  | { type: 'verbatim'; format: string; value: ByteString }
  | { type: 'boolean'; value: boolean }
  | { type: 'nil' }
  | { type: 'array' | 'set' | 'push'; items: Reply[] }
  | { type: 'map'; pairs: [Reply, Reply][] };

/** The deepest nesting that is followed. The engine's own replies stay under ten levels. */
export const DEPTH_MAX = 128;

/** A decoded reply, and the bytes that it was. */
export interface Whole {
  reply: Reply;
  bytes: ByteString;
}

/** A reply that breaks the protocol. */
export class ProtocolError extends Error {}

/** Decodes a stream of replies. */
export class Decoder {
  #bytes: ByteString = '';
  #needed = 1;

  /** Adds bytes and returns every reply that is now complete, oldest first. Throws {@link ProtocolError}. */
  push(bytes: ByteString): Whole[] {
    this.#bytes += bytes;
    const replies: Whole[] = [];
    let start = 0;
    while (this.#bytes.length - start >= this.#needed) {
      const cursor = new Cursor(this.#bytes, start);
      const reply = cursor.reply(0);
      if (reply === undefined) {
        this.#needed = cursor.needed - start;
        break;
      }
      this.#needed = 1;
      replies.push({ reply, bytes: this.#bytes.slice(start, cursor.at) });
      start = cursor.at;
    }
    this.#bytes = this.#bytes.slice(start);
    return replies;
  }
}

class Cursor {
  readonly bytes: ByteString;
  at: number;
  /** Absolute position up to which bytes must exist before another attempt is worth it. */
  needed: number;

  constructor(bytes: ByteString, at: number) {
    this.bytes = bytes;
    this.at = at;
    this.needed = bytes.length + 1;
  }

  reply(depth: number): Reply | undefined {
    if (depth > DEPTH_MAX) throw new ProtocolError('reply nested too deeply');
    const line = this.#line();
    if (line === undefined) return undefined;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return { type: 'status', value: rest };
      case '-':
        return { type: 'error', value: rest };
      case ':':
        return { type: 'integer', value: rest };
      case ',':
        return { type: 'double', value: rest };
      case '(':
        return { type: 'bignumber', value: rest };
      case '#':
        return { type: 'boolean', value: rest === 't' };
      case '_':
        return { type: 'nil' };
      case '$':
      case '!':
      case '=':
        return this.#bulk(line[0], this.#length(rest));
      case '*':
      case '~':
      case '>':
        return this.#items(line[0], this.#length(rest), depth);
      case '%':
        return this.#map(this.#length(rest), depth);
      case '|': {
        if (this.#map(this.#length(rest), depth) === undefined) return undefined;
        return this.reply(depth + 1);
      }
      default:
        throw new ProtocolError(`unknown reply type ${JSON.stringify(line[0] ?? '')}`);
    }
  }

  #line(): ByteString | undefined {
    const end = this.bytes.indexOf('\r\n', this.at);
    if (end < 0) return undefined;
    const line = this.bytes.slice(this.at, end);
    this.at = end + 2;
    return line;
  }

  #length(digits: string): number {
    const length = Number(digits);
    if (!Number.isInteger(length) || length < -1) throw new ProtocolError(`bad length ${digits}`);
    return length;
  }

  #bulk(kind: string, length: number): Reply | undefined {
    if (length < 0) return { type: 'nil' };
    const end = this.at + length;
    if (end + 2 > this.bytes.length) {
      this.needed = end + 2;
      return undefined;
    }
    const value = this.bytes.slice(this.at, end);
    this.at = end + 2;
    if (kind === '!') return { type: 'error', value };
    if (kind === '=') return { type: 'verbatim', format: value.slice(0, 3), value: value.slice(4) };
    return { type: 'bulk', value };
  }

  #items(kind: string, count: number, depth: number): Reply | undefined {
    if (count < 0) return { type: 'nil' };
    const items: Reply[] = [];
    for (let i = 0; i < count; i++) {
      const item = this.reply(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { type: kind === '*' ? 'array' : kind === '~' ? 'set' : 'push', items };
  }

  #map(count: number, depth: number): Reply | undefined {
    if (count < 0) return { type: 'nil' };
    const pairs: [Reply, Reply][] = [];
    for (let i = 0; i < count; i++) {
      const key = this.reply(depth + 1);
      if (key === undefined) return undefined;
      const value = this.reply(depth + 1);
      if (value === undefined) return undefined;
      pairs.push([key, value]);
    }
    return { type: 'map', pairs };
  }
}
