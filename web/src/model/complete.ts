// Tab completion: command names, then subcommands, then the keywords of the syntax, then existing keys.

import { quoteIfNeeded, text, type ByteString } from './bytes.ts';
import { find, type CommandTable } from './hints.ts';

/** The most candidates that are offered at once. */
export const CANDIDATES_MAX = 50;

/** Candidates for the last word of `line`, and where that word starts. */
export interface Completion {
  from: number;
  candidates: string[];
}

/** Completes the last word of a line; `keys` are the names to offer where an argument may be a key. */
export function complete(line: string, table: CommandTable, keys: readonly ByteString[]): Completion {
  const from = line.search(/\S*$/);
  const word = line.slice(from);
  const before = line.slice(0, from).trim().split(/\s+/).filter((w) => w !== '');
  const lower = word !== '' && word === word.toLowerCase();
  const upper = word.toUpperCase();
  let found: string[];
  if (before.length === 0) {
    found = [...table.keys()].filter((name) => !name.includes(' ') && name.startsWith(upper)).sort();
  } else {
    const prefix = `${(before[0] as string).toUpperCase()} `;
    const subs = before.length === 1 ? [...table.keys()].filter((name) => name.startsWith(prefix + upper)) : [];
    const command = find(table, before);
    const options = [...new Set(command?.info.syntax.match(/\b[A-Z][A-Z0-9]+\b/g) ?? [])];
    const words = [...subs.map((name) => name.slice(prefix.length)), ...options.filter((o) => o.startsWith(upper))];
    found = subs.length > 0 ? words.slice(0, subs.length) : [...keyNames(keys, word), ...(word === '' ? [] : words)];
    if (subs.length === 0) return { from, candidates: cased(found, lower, keys.length > 0).slice(0, CANDIDATES_MAX) };
  }
  return { from, candidates: found.map((w) => (lower ? w.toLowerCase() : w)).slice(0, CANDIDATES_MAX) };
}

function keyNames(keys: readonly ByteString[], word: string): string[] {
  return keys.map((key) => text(quoteIfNeeded(key))).filter((name) => name.startsWith(word));
}

/** Keywords follow the case being typed; key names are exact. */
function cased(found: string[], lower: boolean, hasKeys: boolean): string[] {
  if (!lower || hasKeys) return found;
  return found.map((w) => w.toLowerCase());
}
