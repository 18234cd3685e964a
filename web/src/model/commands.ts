// The engine's command table, as it told it when it started, and the way from a typed line to a command of it.

import type { ByteString, CommandInfo } from './engine.ts';

/** Commands by upper-case name; subcommands are under `CONTAINER SUB`. */
export type CommandTable = ReadonlyMap<string, CommandInfo>;

/** Finds the command that the first words name; `words` is how many of them belong to the name. */
export function find(table: CommandTable, argv: readonly ByteString[]): { info: CommandInfo; words: number } | undefined {
  const name = (argv[0] ?? '').toUpperCase();
  const sub = table.get(`${name} ${(argv[1] ?? '').toUpperCase()}`);
  if (argv.length > 1 && sub !== undefined) return { info: sub, words: 2 };
  const info = table.get(name);
  return info === undefined ? undefined : { info, words: 1 };
}
