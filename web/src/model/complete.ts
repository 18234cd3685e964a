// Tab completion: command names, subcommands, then at each argument what the syntax allows there: keywords, or the
// names of existing keys that the command can work on.
//
// Keys are asked of the engine, so completion has two halves: `wanted` says what is needed for the word at the cursor,
// `complete` makes the candidates of it. What type of key fits follows from the command's family; commands that replace
// whatever was there take any.

import { quoteIfNeeded, text, utf8, type ByteString } from './bytes.ts';
import type { KeyRow } from './engine.ts';
import { find, type CommandTable } from './commands.ts';
import { expected } from './hints.ts';
import { split } from './args.ts';
import { words } from './words/client.ts';

/** The most candidates that are offered at once. */
export const CANDIDATES_MAX = 50;

/** One candidate, with a word about it. */
export interface Candidate {
  word: string;
  about: string;
}

/** Candidates for the word at the line's end, and where that word starts. */
export interface Completion {
  from: number;
  candidates: Candidate[];
}

/** Which keys would complete the word: they begin with `prefix` and are of one of `types` (empty: any). */
export interface KeysWanted {
  prefix: ByteString;
  types: readonly string[];
}

const TYPES: Record<string, readonly string[]> = {
  string: ['string'],
  list: ['list'],
  hash: ['hash'],
  set: ['set'],
  'sorted-set': ['zset'],
  stream: ['stream'],
  bitmap: ['string'],
  hyperloglog: ['string'],
  geo: ['zset'],
  array: ['array'],
  vector_set: ['vectorset'],
};

/** Commands that work on other types than their family's. */
const ALSO: Record<string, readonly string[]> = {
  SORT: ['list', 'set', 'zset'],
  SORT_RO: ['list', 'set', 'zset'],
  ZUNION: ['set', 'zset'],
  ZINTER: ['set', 'zset'],
  ZINTERCARD: ['set', 'zset'],
  ZUNIONSTORE: ['set', 'zset'],
  ZINTERSTORE: ['set', 'zset'],
};

/** Commands that replace the key whatever it holds. */
const REPLACING = /^(SET|SETEX|PSETEX|MSET|MSETEX|MSETNX|SETNX)$/;
const KEY_NAMES = /^(key\d?|newkey|source|src|destination|dst)$/;

/** What completion of this line needs to know of the keyspace, or `null`: nothing. */
export function wanted(line: string, table: CommandTable): KeysWanted | null {
  const at = cursor(line);
  const command = find(table, at.before);
  if (command === undefined || at.before.length < command.words) return null;
  const { info, words } = command;
  const { names } = expected(info.syntax, at.before.slice(words));
  const name = names.find((each) => KEY_NAMES.test(each));
  if (name === undefined) return null;
  const replaced = REPLACING.test(info.name) || (/^(destination|dst)$/.test(name) && /STORE$/.test(info.name));
  return { prefix: at.bytes, types: replaced ? [] : (ALSO[info.name] ?? TYPES[info.group] ?? []) };
}

/** Completes the last word of a line; `keys` answer {@link wanted}. */
export function complete(line: string, table: CommandTable, keys: readonly KeyRow[]): Completion {
  const { from, word, before } = cursor(line);
  const upper = word.toUpperCase();
  const lower = word !== '' && word === word.toLowerCase() && word !== upper;
  const cased = (name: string): string => (lower ? name.toLowerCase() : name);
  const named = (prefix: string): Candidate[] => [...table.values()]
    .filter(({ name }) => name.startsWith(prefix + upper) && !name.slice(prefix.length).includes(' '))
    .map(({ name, summary }) => ({ word: cased(name.slice(prefix.length)), about: summary }))
    .sort((a, b) => (a.word < b.word ? -1 : 1));
  let found: Candidate[];
  if (before.length === 0) found = named('');
  else {
    const command = find(table, before);
    const subcommands = before.length === 1 ? named(`${(before[0] as string).toUpperCase()} `) : [];
    const next = command === undefined ? null : expected(command.info.syntax, before.slice(command.words));
    const keywords = next?.keywords.filter((each) => each.startsWith(upper)) ?? [];
    found = [...keys.map(candidate), ...subcommands, ...keywords.map((each) => ({ word: cased(each), about: '' }))];
  }
  return { from, candidates: found.slice(0, CANDIDATES_MAX) };
}

function candidate(row: KeyRow): Candidate {
  const about = row.type === 'string' ? 'string' : words().elements(row.type, row.length);
  return { word: text(quoteIfNeeded(row.key)), about };
}

/** Where the word at the line's end begins, what it says, and the arguments before it. */
function cursor(line: string): { from: number; word: string; bytes: ByteString; before: ByteString[] } {
  const open = quoteStart(line);
  const from = open ?? line.search(/\S*$/);
  const word = line.slice(from);
  const mark = open === null ? '' : (word[0] as string);
  const before = split(utf8(line.slice(0, from))) ?? [];
  return { from, word, bytes: split(utf8(word) + mark)?.[0] ?? utf8(word), before };
}

/** The position of a quote that is still open at the line's end, or `null`. */
function quoteStart(line: string): number | null {
  let open: number | null = null;
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string;
    if (open === null) {
      if ((c === '"' || c === "'") && (i === 0 || /\s/.test(line[i - 1] as string))) open = i;
    } else if (c === '\\') i++;
    else if (c === line[open]) open = null;
  }
  return open;
}
