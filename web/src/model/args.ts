// redis-cli's reading of a typed line: words, quotes and escapes; and the request bytes that result.
//
// Double quotes know \n \r \t \b \a \xHH and \<any>; single quotes only \'. A closing quote must be followed by white
// space. A number in front of a command repeats it. Kept to redis-cli's own behaviour by `golden/redis-cli.json`.

import { quoteIfNeeded, type ByteString } from './bytes.ts';

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
const isSpace = (c: string | undefined): boolean => c !== undefined && /[ \t\n\v\f\r\0]/.test(c);

/** Splits a line into arguments, or returns `undefined` for unbalanced quotes. */
export function split(line: ByteString): ByteString[] | undefined {
  const argv: ByteString[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line[at])) at++;
    if (at >= line.length) return argv;
    let word = '';
    let mark = '';
    for (; at < line.length; at++) {
      const c = line[at] as string;
      if (mark === '"') {
        const code = /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 4));
        if (code) {
          word += String.fromCharCode(Number.parseInt(code[1] as string, 16));
          at += 3;
        } else if (c === '\\' && at + 1 < line.length) {
          at++;
          word += ESCAPES[line[at] as string] ?? line[at];
        } else if (c === '"') {
          if (at + 1 < line.length && !isSpace(line[at + 1])) return undefined;
          mark = '';
        } else word += c;
      } else if (mark === "'") {
        if (c === '\\' && line[at + 1] === "'") {
          at++;
          word += "'";
        } else if (c === "'") {
          if (at + 1 < line.length && !isSpace(line[at + 1])) return undefined;
          mark = '';
        } else word += c;
      } else if (isSpace(c)) break;
      else if (c === '"' || c === "'") mark = c;
      else word += c;
    }
    if (mark !== '') return undefined;
    argv.push(word);
  }
}

/** The most times one typed line may repeat a command. */
export const REPEAT_MAX = 10_000;

/** Takes redis-cli's repeat prefix off: `3 PING` is PING three times. */
export function repeated(argv: readonly ByteString[]): { times: number; argv: readonly ByteString[] } {
  const first = argv[0];
  if (argv.length < 2 || first === undefined || !/^\d+$/.test(first)) return { times: 1, argv };
  return { times: Math.min(Number(first), REPEAT_MAX), argv: argv.slice(1) };
}

/** The RESP request that carries these arguments. */
export function encode(argv: readonly ByteString[]): ByteString {
  return `*${argv.length}\r\n${argv.map((a) => `$${a.length}\r\n${a}\r\n`).join('')}`;
}

/** Joins arguments into one line that `split` reads back as the same arguments. */
export function join(argv: readonly ByteString[]): string {
  return argv.map(quoteIfNeeded).join(' ');
}
