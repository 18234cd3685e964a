// A string's bytes in the ways people read them: as hexadecimal, as indented JSON, as a number.

import { hex, type ByteString } from './bytes.ts';

/** One word of JSON. `mark`: punctuation and white space. */
export interface Token {
  kind: 'name' | 'string' | 'number' | 'word' | 'mark';
  text: string;
}

/** A whole number that the engine can count with, in other notations. */
export interface Whole {
  decimal: string;
  hexadecimal: string;
  binary: string;
}

const JSON_WORDS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/** A dump, `width` bytes a line: offset, hexadecimal digits, and the bytes that are printable ASCII. */
export function hexDump(bytes: ByteString, from = 0, width = 8): string {
  const lines: string[] = [];
  const digits = Math.max(4, (from + bytes.length).toString(16).length);
  for (let at = 0; at < bytes.length; at += width) {
    const part = bytes.slice(at, at + width);
    const pairs = [...part].map(hex).join(' ').padEnd(3 * width - 1);
    lines.push(`${(from + at).toString(16).padStart(digits, '0')}  ${pairs}  ${part.replace(/[^ -~]/g, '·')}`);
  }
  return lines.join('\n');
}

/**
 * JSON text that is an object or an array, indented by two spaces; `null` where it is neither. Names, strings and numbers
 * stay as they are written, so nothing is rounded and no name that comes twice is lost.
 */
export function prettyJson(plain: string): Token[] | null {
  if (!/^\s*[{[]/.test(plain)) return null;
  try {
    JSON.parse(plain);
  } catch {
    return null;
  }
  const words = plain.match(JSON_WORDS) ?? [];
  const out: Token[] = [];
  let depth = 0;
  const mark = (text: string): void => void out.push({ kind: 'mark', text });
  const line = (): string => `\n${'  '.repeat(depth)}`;
  words.forEach((word, i) => {
    const next = words[i + 1];
    if (word === '{' || word === '[') {
      depth++;
      mark(next === '}' || next === ']' ? word : word + line());
    } else if (word === '}' || word === ']') {
      depth--;
      const before = words[i - 1];
      mark(before === '{' || before === '[' ? word : line() + word);
    } else if (word === ',') mark(word + line());
    else if (word === ':') mark(': ');
    else out.push({ kind: kind(word, next), text: word });
  });
  return out;
}

/** The bytes as a whole number, where they are one as INCR takes it; otherwise `null`. */
export function whole(bytes: ByteString): Whole | null {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(bytes)) return null;
  const value = BigInt(bytes);
  if (value < I64_MIN || value > I64_MAX) return null;
  const sign = value < 0n ? '-' : '';
  const size = value < 0n ? -value : value;
  return {
    decimal: sign + grouped(size.toString(), 3),
    hexadecimal: `${sign}0x${size.toString(16)}`,
    binary: `${sign}0b${grouped(size.toString(2), 8)}`,
  };
}

/** For each score, its distance from 0 as a part of the largest one's; infinite ones fill the bar. */
export function bars(scores: readonly string[]): number[] {
  const sizes = scores.map((score) => (score.endsWith('inf') ? Infinity : Math.abs(Number(score))));
  const most = Math.max(0, ...sizes.filter(Number.isFinite));
  return sizes.map((size) => (size === Infinity ? 1 : most === 0 ? 0 : size / most));
}

function kind(word: string, next: string | undefined): Token['kind'] {
  if (word.startsWith('"')) return next === ':' ? 'name' : 'string';
  return /^[-\d]/.test(word) ? 'number' : 'word';
}

function grouped(digits: string, size: number): string {
  return digits.replace(new RegExp(`\\B(?=(.{${size}})+$)`, 'g'), '\u202f');
}
