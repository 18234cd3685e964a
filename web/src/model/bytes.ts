// Byte strings: JavaScript strings in which every unit is one byte (0-255).
//
// Keys, values and replies are bytes, not text. Carrying them as such strings keeps them exact through JSON and
// postMessage, makes them usable as map keys, and leaves the one decision of how to show them to this file:
// `quote` as redis-cli writes a bulk string, `text` for what is meant to be read (status lines, INFO).

/** A string whose units are all bytes (0-255). */
export type ByteString = string;

const NAMED: Record<string, string> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

/** Quotes bytes as redis-cli prints a bulk string: `"a\x00b"`. */
export function quote(bytes: ByteString): string {
  let out = '"';
  for (const unit of bytes) {
    const named = NAMED[unit];
    if (named !== undefined) out += named;
    else if (unit >= ' ' && unit <= '~') out += unit;
    else out += `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }
  return `${out}"`;
}

/** Quotes only where a shell-like reader would need it: `plain` stays, `two words` gets quotes. */
export function quoteIfNeeded(bytes: ByteString): string {
  return /^[!#-&(-[\]-~]+$/.test(bytes) ? bytes : quote(bytes);
}

/** Whether the bytes are well-formed UTF-8. */
export function isUtf8(bytes: ByteString): boolean {
  if (!/[\x80-\xff]/.test(bytes)) return true;
  try {
    decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (c) => `%${hex(c)}`));
    return true;
  } catch {
    return false;
  }
}

/** What would move, hide or turn round the text beside it: control characters but line feed and tab, bidirectional marks. */
const UNSEEN = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\r(?!\n)/g;

/** Text to be looked at: what could not be seen is written as its bytes, in redis-cli's manner (`\x1b`), or otherwise. */
export function shown(plain: string, write = (unit: string): string => quote(utf8(unit)).slice(1, -1)): string {
  return plain.replace(UNSEEN, (unit) => write(unit));
}

/** Decodes UTF-8 to be looked at (see {@link shown}); bytes that are not UTF-8 stand for themselves. */
export function text(bytes: ByteString): string {
  const plain = decoded(bytes);
  return plain === bytes ? bytes.replace(UNSEEN, (unit) => quote(unit).slice(1, -1)) : shown(plain);
}

/** Decodes UTF-8, or gives the bytes back as they are where they are not UTF-8. */
export function decoded(bytes: ByteString): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (c) => `%${hex(c)}`));
  } catch {
    return bytes;
  }
}

/** Encodes text as UTF-8 bytes. Unpaired surrogates become U+FFFD. */
export function utf8(plain: string): ByteString {
  if (!/[^\x00-\x7f]/.test(plain)) return plain;
  return encodeURIComponent(plain.toWellFormed()).replace(/%([0-9A-F]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Packs a byte string into an array of bytes. */
export function pack(bytes: ByteString): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes.charCodeAt(i);
  return out;
}

/** Unpacks an array of bytes into a byte string. */
export function unpack(bytes: Uint8Array): ByteString {
  const step = 8192;
  let out = '';
  for (let at = 0; at < bytes.length; at += step) {
    out += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return out;
}

/** Two hexadecimal digits a byte. */
export function hex(bytes: ByteString): string {
  let out = '';
  for (const unit of bytes) out += unit.charCodeAt(0).toString(16).padStart(2, '0');
  return out;
}
