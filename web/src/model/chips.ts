// What a thumb may tap instead of typing: commands first, then what fits at the cursor: existing keys of the right type,
// options, and small samples of whatever else is wanted there.
//
// The same table and the same completion as for Tab; samples are only there because a phone has no quick way to type them.

import { complete } from './complete.ts';
import type { KeyRow } from './engine.ts';
import { find, type CommandTable } from './commands.ts';
import { expected } from './hints.ts';
import { split } from './args.ts';
import { utf8 } from './bytes.ts';

/** One chip: what it says, and the line that it makes. */
export interface Chip {
  label: string;
  line: string;
}

/** What the client is in the middle of. */
export interface Situation {
  multi: boolean;
  subscribed: boolean;
}

/** The most chips that are offered at once. */
export const CHIPS_MAX = 24;

/** What people try first, in the order of a first hour with Redis. */
const COMMON = ['SET', 'GET', 'INCR', 'KEYS', 'DEL', 'EXPIRE', 'TTL', 'RPUSH', 'BLPOP', 'LRANGE', 'HSET', 'HGETALL', 'ZADD', 'ZRANGE', 'SADD', 'SMEMBERS', 'MULTI', 'WATCH', 'SUBSCRIBE', 'PUBLISH', 'SCAN', 'PING', 'HELP'];
const IN_MULTI = ['EXEC', 'DISCARD'];
const SUBSCRIBED = ['UNSUBSCRIBE', 'SUBSCRIBE', 'PING'];

/** Names of keys for an empty database, by the command's family. */
const KEYS: Record<string, readonly string[]> = {
  string: ['greeting', 'visits'], list: ['jobs'], hash: ['user:1'], set: ['tags'], 'sorted-set': ['board'], generic: ['greeting'], transactions: ['visits'],
  stream: ['orders'], bitmap: ['seen'], hyperloglog: ['visitors'], geo: ['places'],
};
const KEY_NAMES = /^(key\d?|newkey|source|src|destination|dst)$/;

/** Samples by the placeholder's name in the syntax. */
const SAMPLES: readonly [RegExp, readonly string[]][] = [
  [/^(value|element|message)$/, ['hello', '1', '"two words"']],
  [/^member\d?$/, ['ada', 'bob']],
  [/^field$/, ['name', 'age']],
  [/^(seconds|timeout)$/, ['5', '30', '0']],
  [/^milliseconds$/, ['500', '5000']],
  [/^(increment|decrement|score)$/, ['1', '10']],
  [/^(start|min|index|offset|cursor|db)$/, ['0']],
  [/^(stop|max|end)$/, ['-1', '10']],
  [/^(count|numkeys)$/, ['1', '10']],
  [/^pattern$/, ['*', 'user:*']],
  [/^(channel|shardchannel)$/, ['news']],
  [/^id$/, ['*', '0']],
  [/^group$/, ['workers']],
  [/^consumer$/, ['ada', 'bob']],
  [/^longitude$/, ['13.4']],
  [/^latitude$/, ['52.5']],
  [/^bit$/, ['1', '0']],
];

/** The chips for a line; `keys` are existing keys that complete it. */
export function chips(line: string, table: CommandTable, keys: readonly KeyRow[], { multi, subscribed }: Situation): Chip[] {
  const { from, candidates } = complete(line, table, keys);
  const typed = line.slice(from);
  const make = (word: string): Chip => ({ label: word, line: `${line.slice(0, from)}${word} ` });
  const before = split(utf8(line.slice(0, from))) ?? [];
  if (before.length === 0) {
    const first = subscribed ? SUBSCRIBED : [...(multi ? IN_MULTI : []), ...COMMON];
    const begins = first.filter((name) => (table.has(name) || name === 'HELP') && name.startsWith(typed.toUpperCase()));
    const others = typed === '' ? [] : candidates.map(({ word }) => word.toUpperCase()).filter((name) => !begins.includes(name));
    return [...begins, ...others].slice(0, CHIPS_MAX).map(make);
  }
  const found = candidates.map(({ word }) => word);
  const command = find(table, before);
  if (command === undefined) return found.slice(0, CHIPS_MAX).map(make);
  const { names } = expected(command.info.syntax, before.slice(command.words));
  const samples = names.flatMap((name) => (KEY_NAMES.test(name) ? (keys.length > 0 ? [] : (KEYS[command.info.group] ?? [])) : (SAMPLES.find(([pattern]) => pattern.test(name))?.[1] ?? [])));
  const fitting = samples.filter((sample) => sample.startsWith(typed));
  return [...new Set([...(keys.length > 0 ? found : fitting), ...found, ...fitting])].slice(0, CHIPS_MAX).map(make);
}

/** The line without its last word. */
export function shorter(line: string): string {
  return line.replace(/\S+\s*$/, '');
}
