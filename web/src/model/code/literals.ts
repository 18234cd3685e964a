// Bytes as literals: a plain string where they are UTF-8, the language's own notation for bytes where they are not.
// What a program writes then sends exactly these bytes.

import { hex, isUtf8, quote, decoded, type ByteString } from '../bytes.ts';

/** JavaScript: `'text'`, or a Buffer. */
export function javascript(bytes: ByteString): string {
  if (!isUtf8(bytes)) return `Buffer.from('${hex(bytes)}', 'hex')`;
  return `'${escaped(decoded(bytes), "'", (code) => (code < 256 ? `\\x${pad(code, 2)}` : `\\u${pad(code, 4)}`))}'`;
}

/** Python: `'text'`, or `b'bytes'`. */
export function python(bytes: ByteString): string {
  if (!isUtf8(bytes)) return `b'${escaped(bytes, "'", (code) => `\\x${pad(code, 2)}`, true)}'`;
  return `'${escaped(decoded(bytes), "'", (code) => (code < 256 ? `\\x${pad(code, 2)}` : `\\u${pad(code, 4)}`))}'`;
}

/** Rust: `"text"`, or `b"bytes"`. */
export function rust(bytes: ByteString): string {
  if (!isUtf8(bytes)) return `b"${escaped(bytes, '"', (code) => `\\x${pad(code, 2)}`, true)}"`;
  return `"${escaped(decoded(bytes), '"', (code) => `\\u{${code.toString(16)}}`)}"`;
}

/** One word of a POSIX shell, or `undefined` where no such word can carry the bytes. */
export function shell(bytes: ByteString): string | undefined {
  if (!isUtf8(bytes) || /[\0-\x1f\x7f]/.test(bytes)) return undefined;
  return quoted(decoded(bytes));
}

/** Single quotes of a shell around any text. */
export function quoted(plain: string): string {
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}

/** A word as redis-cli reads it from its standard input: anything else than plain ASCII is in double quotes. */
export function typed(bytes: ByteString): string {
  return /^[\w@%+=:,./*?[\]{}()<>$-]+$/.test(bytes) ? bytes : quote(bytes);
}

/**
 * Escapes the mark, backslashes, control characters, and what a reader could not see or would see in another order;
 * with `all`, everything beyond ASCII.
 */
function escaped(plain: string, mark: string, code: (unit: number) => string, all = false): string {
  let out = '';
  for (const c of plain) {
    const unit = c.codePointAt(0) as number;
    if (c === mark || c === '\\') out += `\\${c}`;
    else if (c === '\n') out += '\\n';
    else if (c === '\r') out += '\\r';
    else if (c === '\t') out += '\\t';
    else if (unit < 32 || (unit >= 127 && all) || HIDDEN.test(c)) out += code(unit);
    else out += c;
  }
  return out;
}

/** Controls, blanks other than the space, marks that change the direction of decoded, and the byte order mark. */
const HIDDEN = /[\x7f-\xa0\xad\u061c\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/;

const pad = (code: number, width: number): string => code.toString(16).padStart(width, '0');
