// What each command has cost in this session: runs, elements visited, and time on the loop, from the engine's events.
//
// A command inside EXEC counts as a run of its own; EXEC counts what remains. A parked command that runs again counts
// twice, as it does on the loop. Errors count: they took their turn as well.

import type { ByteString, LoopEvent } from './engine.ts';
import { find, type CommandTable } from './commands.ts';
import { words } from './words/help.ts';

/** The runs of one command. Units are elements visited; `us` is modelled time, of runs that were not inside EXEC. */
export interface Cost {
  runs: number;
  least: number;
  most: number;
  last: number;
  sum: number;
  us: number;
  usMost: number;
}

/** Commands that are told apart; the table has fewer, but names arrive from events. */
const COMMANDS_MAX = 1000;

/** Sums up costs by command name, as the table names it. */
export class Costs {
  readonly #of = new Map<string, Cost>();
  readonly #table: () => CommandTable;
  /** Commands that began and have not ended, by depth. */
  readonly #begun: (string | undefined)[] = [];

  constructor(table: () => CommandTable) {
    this.#table = table;
  }

  /** Takes events in order. */
  apply(event: LoopEvent): void {
    if (event.kind === 'command') this.#begun[event.depth] = this.#name(event.argv);
    else if (event.kind === 'done') {
      const name = this.#begun[event.depth];
      this.#begun[event.depth] = undefined;
      if (name !== undefined) this.#add(name, event.units, event.depth === 0 ? event.until - event.at : 0);
    }
  }

  /** The runs of a command so far. */
  of(name: string): Cost | undefined {
    return this.#of.get(name);
  }

  #name(argv: readonly ByteString[]): string {
    return find(this.#table(), argv)?.info.name ?? (argv[0] ?? '').toUpperCase();
  }

  #add(name: string, units: number, us: number): void {
    const cost = this.#of.get(name);
    if (cost === undefined) {
      if (this.#of.size < COMMANDS_MAX) this.#of.set(name, { runs: 1, least: units, most: units, last: units, sum: units, us, usMost: us });
      return;
    }
    cost.runs++;
    cost.least = Math.min(cost.least, units);
    cost.most = Math.max(cost.most, units);
    cost.last = units;
    cost.sum += units;
    cost.us += us;
    cost.usMost = Math.max(cost.usMost, us);
  }
}

/** The cost in words: `3 runs, 1–100 003 elements visited, 15 ms at most`. */
export function measured(cost: Cost | undefined): string {
  return cost === undefined ? words().notRun : words().measured(cost);
}
