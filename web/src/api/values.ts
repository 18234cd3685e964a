// What crosses the border of the API: arguments as JavaScript has them, and replies as JavaScript values.
//
// Replies are decoded by `model/resp.ts`; here is only what they become. The mapping is documented in docs/embedding.md.

import { pack, unpack, type ByteString } from '../model/bytes.ts';
import type { Reply } from '../model/resp.ts';

/** One argument of a command. Text is sent as UTF-8, numbers in decimal, bytes as they are. */
export type Argument = string | number | bigint | Uint8Array;

/** A reply as a JavaScript value. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ReplyError
  | Value[]
  | Set<Value>
  | Map<Value, Value>
  | { [key: string]: Value };

/** How replies become JavaScript values. */
export interface ReplyOptions {
  /**
   * Bulk strings as text (UTF-8; what is no UTF-8 becomes U+FFFD) or as `Uint8Array`. Default `'text'`.
   */
  strings?: 'text' | 'bytes';
  /** Integers as numbers, and as `bigint` only beyond 2^53, or always as `bigint`. Default `'number'`. */
  integers?: 'number' | 'bigint';
  /**
   * RESP3 maps as objects without a prototype, whose keys are text, or as `Map`, which keeps the order of keys that look
   * like numbers, and bytes as keys. Default `'object'`.
   */
  maps?: 'object' | 'map';
}

/** An error reply. The message is the engine's, to the byte: `WRONGTYPE Operation against a key …`. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';

  /** The message's first word: `ERR`, `WRONGTYPE`, `NOAUTH` and so on. */
  get code(): string {
    return /^\S*/.exec(this.message)?.[0] ?? '';
  }
}

/** The connection was closed, so no answer will come. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
const ASCII = /^[\x00-\x7f]*$/;

/** The request that carries a command and its arguments. Throws `TypeError` for what is no argument. */
export function encodeRequest(args: readonly Argument[]): Uint8Array {
  let plain = `*${args.length}\r\n`;
  for (const [i, arg] of args.entries()) {
    const word = typeof arg === 'string' ? arg : typeof arg === 'number' || typeof arg === 'bigint' ? decimal(arg, i) : null;
    if (word === null || !ASCII.test(word)) return encodeAny(args);
    plain += `$${word.length}\r\n${word}\r\n`;
  }
  return ENCODER.encode(plain);
}

/** The same for arguments that are not all ASCII. */
function encodeAny(args: readonly Argument[]): Uint8Array {
  const parts: Uint8Array[] = [ENCODER.encode(`*${args.length}\r\n`)];
  const end = ENCODER.encode('\r\n');
  for (const [i, arg] of args.entries()) {
    const bytes = arg instanceof Uint8Array ? arg : ENCODER.encode(typeof arg === 'string' ? arg : decimal(arg, i));
    parts.push(ENCODER.encode(`$${bytes.length}\r\n`), bytes, end);
  }
  return join(parts);
}

/** Arrays of bytes as one. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function decimal(arg: unknown, i: number): string {
  if (typeof arg === 'bigint' || (typeof arg === 'number' && !Number.isNaN(arg))) return String(arg);
  throw new TypeError(`Argument ${i} is ${describe(arg)}: pass a string, a number, a bigint or a Uint8Array.`);
}

function describe(arg: unknown): string {
  return arg === null || arg === undefined || typeof arg === 'number' || typeof arg === 'boolean' ? String(arg) : `of type ${typeof arg}`;
}

/** The reply as a value; an error reply is a {@link ReplyError}, which is returned, not thrown. */
export function toValue(reply: Reply, options: ReplyOptions): Value {
  switch (reply.type) {
    case 'status':
    case 'verbatim':
      return decodeText(reply.value);
    case 'bulk':
      return options.strings === 'bytes' ? pack(reply.value) : decodeText(reply.value);
    case 'error':
      return new ReplyError(decodeText(reply.value));
    case 'integer': {
      const near = Number(reply.value);
      return options.integers === 'bigint' || !Number.isSafeInteger(near) ? BigInt(reply.value) : near;
    }
    case 'bignumber':
      return BigInt(reply.value);
    case 'double':
      return double(reply.value);
    case 'boolean':
      return reply.value;
    case 'nil':
      return null;
    case 'array':
    case 'push':
      return reply.items.map((item) => toValue(item, options));
    case 'set':
      return new Set(reply.items.map((item) => toValue(item, options)));
    case 'map':
      return options.maps === 'map'
        ? new Map(reply.pairs.map(([key, value]) => [toValue(key, options), toValue(value, options)]))
        : object(reply.pairs, options);
  }
}

function object(pairs: readonly [Reply, Reply][], options: ReplyOptions): { [key: string]: Value } {
  // Without a prototype: a field named `__proto__` is a field like any other.
  const made = Object.create(null) as { [key: string]: Value };
  for (const [key, value] of pairs) made[String(toValue(key, { ...options, strings: 'text' }))] = toValue(value, options);
  return made;
}

function double(text: ByteString): number {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  return Number(text);
}

/** Bytes as text. */
export function decodeText(bytes: ByteString): string {
  return ASCII.test(bytes) ? bytes : DECODER.decode(pack(bytes));
}

/** Text or bytes as a byte string. */
export function toBytes(arg: Argument): ByteString {
  return unpack(arg instanceof Uint8Array ? arg : ENCODER.encode(String(arg)));
}
