// The session as a comic strip: numbered panels made from the same events as the lanes, for whoever does not want
// things to move, and for a story at a glance. Newest last; the oldest panels are forgotten, their numbers are not
// given again.
//
// A panel is facts, not words: who, what, and since when each of them is in it, so that it can be told in any language
// and of any instant.

import type { ByteString, LoopEvent, Micros } from './engine.ts';
import { brief } from './track.ts';

/** What a panel shows. */
export type Scene = 'runs' | 'waits' | 'parked' | 'wakes' | 'gave-up' | 'paused' | 'collected' | 'refused' | 'answered';

/** One panel. */
export interface Panel {
  n: number;
  scene: Scene;
  at: Micros;
  /** Whom it is about, each with the instant of joining in. */
  who: { client: number; at: Micros }[];
  /** The command, or the keys of `parked` and `wakes`. */
  argv: readonly ByteString[];
  /** Whom the others wait for, or who filled the key. */
  by: number | null;
  /** How many commands it stands for. */
  commands: number;
  units: number;
  cost: Micros;
  /** The task it belongs to: where to look to see that instant. */
  turns: number;
}

/** How many panels are kept. */
export const PANELS_MAX = 300;
/** Keys whose last writer is remembered. */
const WRITERS_MAX = 1000;

/** Draws the strip. */
export class Strip {
  panels: Panel[] = [];
  #n = 0;
  #turns = 0;
  #run: Panel | null = null;
  /** The command that holds the loop, and until when. */
  #busy: { client: number; until: Micros } | null = null;
  #writers = new Map<ByteString, number>();
  /** Whoever has run something that was not answered yet. */
  #owed = new Set<number>();

  /** Takes events in order. */
  apply(event: LoopEvent): void {
    switch (event.kind) {
      case 'task':
        this.#turns++;
        return;
      case 'queued':
        if (this.#busy !== null && event.at < this.#busy.until && this.#busy.client !== event.client) this.#join('waits', event.client, event.at, this.#busy.client);
        return;
      case 'command':
        if (event.depth === 0) this.#ran(event.client, event.argv, event.at);
        return;
      case 'done':
        if (event.depth === 0) this.#done(event.client, event.units, event.until - event.at, event.until, event.bytes > 0);
        return;
      case 'key':
        this.#writers.delete(event.key);
        if (this.#writers.size >= WRITERS_MAX) this.#writers.clear();
        if (this.#run !== null) this.#writers.set(event.key, this.#run.who.at(-1)?.client ?? 0);
        return;
      case 'blocked':
        this.#add('parked', event.client, event.keys, event.at);
        return;
      case 'woken':
        this.#add('wakes', event.client, [event.key], event.at).by = this.#writers.get(event.key) ?? null;
        return;
      case 'unblocked':
        if (event.timedOut) {
          this.#add('gave-up', event.client, [], event.at);
          this.#owed.add(event.client);
        }
        return;
      case 'postponed':
        this.#join('paused', event.client, event.at, null);
        return;
      case 'collected':
        this.#again('collected', event.client, event.argv, event.at);
        this.#owed.add(event.client);
        return;
      case 'refused':
        this.#add('refused', event.client, [event.name], event.at);
        this.#owed.add(event.client);
        return;
      case 'replied':
        if (this.#owed.delete(event.client)) this.#join('answered', event.client, event.at, null);
        return;
      default:
    }
  }

  /** The newest panels up to an instant, with whoever was in them by then. */
  until(now: Micros, most: number): Panel[] {
    const shown = this.panels.filter((panel) => panel.at <= now).slice(-most);
    return shown.map((panel) => (panel.who.every(({ at }) => at <= now) ? panel : { ...panel, who: panel.who.filter(({ at }) => at <= now) }));
  }

  #ran(client: number, argv: readonly ByteString[], at: Micros): void {
    // A woken client's command has its panel already.
    const last = this.panels.at(-1);
    this.#run = last?.scene === 'wakes' && last.who[0]?.client === client && last.at === at ? last : this.#again('runs', client, argv, at);
  }

  #done(client: number, units: number, cost: Micros, until: Micros, replies: boolean): void {
    this.#busy = { client, until };
    if (this.#run !== null) {
      this.#run.units = Math.max(this.#run.units, units);
      this.#run.cost += cost;
    }
    if (replies) this.#owed.add(client);
  }

  /** A panel of one client, which stands for several commands when it does the same again. */
  #again(scene: Scene, client: number, argv: readonly ByteString[], at: Micros): Panel {
    const last = this.panels.at(-1);
    if (last?.scene !== scene || last.who[0]?.client !== client) return this.#add(scene, client, argv, at);
    last.commands++;
    return last;
  }

  /** A panel of several clients: whoever does the same next joins in. */
  #join(scene: Scene, client: number, at: Micros, by: number | null): void {
    const last = this.panels.at(-1);
    if (last?.scene !== scene || last.by !== by) {
      this.#add(scene, client, [], at).by = by;
      return;
    }
    if (!last.who.some((each) => each.client === client)) last.who.push({ client, at });
  }

  #add(scene: Scene, client: number, argv: readonly ByteString[], at: Micros): Panel {
    const panel: Panel = { n: ++this.#n, scene, at, who: [{ client, at }], argv: brief(argv), by: null, commands: 1, units: 0, cost: 0, turns: this.#turns };
    this.panels.push(panel);
    if (this.panels.length > PANELS_MAX) this.panels.splice(0, PANELS_MAX / 10);
    return panel;
  }
}
