// One plain sentence about what just happened, made from the events of a command or of the loop.
//
// Collects what a command changed, whom it woke, whom it held up and whom it waited for, and keeps the explanation of
// the latest as data; `tell.ts` words it. What only the reply knows is added when the reply is there.

import { text, type ByteString } from '../bytes.ts';
import type { CommandInfo, LoopEvent, Micros } from '../engine.ts';
import type { Reply } from '../resp.ts';
import { Isolation, type Actor } from './isolation.ts';
import { SLOW_UNITS, word, type Explanation, type Story } from './tell.ts';

export type { Explanation } from './tell.ts';

/** Keys whose last writer is remembered, to say who woke a waiter. */
const WRITERS_MAX = 1000;

/** Follows the events and keeps the latest explanation. */
export class Explainer {
  /** What was last worth explaining. */
  current: Explanation | null = null;
  #story: Story | null = null;
  readonly #infoOf: (argv: readonly ByteString[]) => CommandInfo | undefined;
  /** Clients that stand in the queue, and since when. */
  #queued = new Map<number, Micros>();
  /** Clients that are parked, longest first, with their keys. */
  #parked = new Map<number, { keys: readonly ByteString[]; at: Micros }>();
  #writers = new Map<ByteString, Actor>();
  #isolation = new Isolation();
  /** The command that holds the loop for long, while it does. */
  #slow: Story | null = null;
  /** The last command that had ended, for whoever waited behind it. */
  #before: { actor: Actor; until: Micros; cost: number } | null = null;
  /** The waiter that is about to run its saved command again. */
  #woken: { client: number; key: ByteString } | null = null;
  /** The command that `current` is about, as long as its reply may add to it. */
  #told: { client: number; argv: readonly ByteString[] } | null = null;

  constructor(infoOf: (argv: readonly ByteString[]) => CommandInfo | undefined) {
    this.#infoOf = infoOf;
  }

  /** Takes events in order. */
  apply(event: LoopEvent): void {
    const story = this.#story;
    switch (event.kind) {
      case 'task':
        // What is told of a command ends with its task.
        this.#story = null;
        return;
      case 'queued':
        if (!this.#queued.has(event.client)) this.#queued.set(event.client, event.at);
        if (this.#slow !== null && event.client !== this.#slow.client && event.at < this.#slow.at + this.#slow.cost) this.#holds(this.#slow);
        return;
      case 'command':
        if (event.depth === 0) this.#begin(event.client, event.argv, event.at);
        else if (story !== null) story.nested++;
        return;
      case 'collected':
        this.#queued.delete(event.client);
        this.#isolation.collected(event.client, event.length);
        this.#say({ kind: 'collected', client: event.client, command: word(event.argv), length: event.length });
        return;
      case 'refused':
        this.#refused(event.client, event.name);
        return;
      case 'done':
        if (story === null) return;
        story.units += event.units;
        if (event.depth > 0) {
          if (event.error) story.failed++;
          return;
        }
        this.#done(story, event.until - event.at, event.error, event.until);
        break;
      case 'key':
        if (story === null) return;
        // A deadline that comes with a write is part of the write.
        if (event.event !== 'expire' || !story.changed.has(event.key)) story.changed.set(event.key, event.event);
        this.#wrote({ client: story.client, command: word(story.argv) }, event.key);
        break;
      case 'blocked':
        this.#parked.set(event.client, { keys: event.keys, at: event.at });
        if (story !== null) story.blocked = { keys: event.keys, deadline: event.deadline };
        break;
      case 'published':
        if (story !== null) story.notified++;
        break;
      case 'woken':
        this.#woken = { client: event.client, key: event.key };
        return;
      case 'unblocked':
        this.#parked.delete(event.client);
        if (event.timedOut) this.#say({ kind: 'late', client: event.client, by: story === null ? null : { client: story.client, command: story.info?.name ?? word(story.argv) } });
        return;
      case 'postponed':
        this.#say({ kind: 'postponed', client: event.client });
        return;
      case 'expired':
        if (story === null) {
          this.#say({ kind: 'expired', key: event.key });
          return;
        }
        story.lapsed.push(event.key);
        break;
      case 'disconnected':
        this.#queued.delete(event.client);
        this.#parked.delete(event.client);
        this.#isolation.end(event.client);
        return;
      default:
        return;
    }
    // Some of what a command did is told after its end.
    if (story?.ended === true) this.#tell(story);
  }

  /** A reply has arrived. */
  replied(client: number, reply: Reply, argv: readonly ByteString[]): void {
    const told = this.#told;
    const { current } = this;
    if (told === null || current === null || told.client !== client || word(told.argv) !== word(argv)) return;
    this.#told = null;
    if (current.kind === 'holds') this.current = { kind: 'ran', story: current.story, reply, held: current.others };
    else if ('reply' in current) this.current = { ...current, reply };
  }

  #begin(client: number, argv: readonly ByteString[], at: Micros): void {
    const command = word(argv);
    const woken = this.#woken?.client === client ? this.#woken : null;
    const since = woken === null ? this.#queued.get(client) : this.#parked.get(client)?.at;
    this.#woken = null;
    if (woken === null) this.#queued.delete(client);
    const left = [...this.#parked].filter(([id, { keys }]) => id !== client && woken !== null && keys.includes(woken.key)).map(([id]) => id);
    const us = since === undefined ? 0 : Math.max(0, at - since);
    const behind = this.#before !== null && this.#before.until <= at && this.#before.cost * 2 >= us ? this.#before.actor : null;
    const ends = command === 'EXEC' || command === 'DISCARD' || command === 'UNWATCH' || command === 'RESET';
    this.#story = {
      client, argv, at,
      info: this.#infoOf(argv),
      served: woken === null ? null : { key: woken.key, by: this.#writers.get(woken.key) ?? null, left },
      waited: { us, behind },
      transaction: ends ? this.#isolation.end(client) : null,
      changed: new Map(), lapsed: [], blocked: null, notified: 0, nested: 0, failed: 0, units: 0, cost: 0, error: false, ended: false,
    };
  }

  #done(story: Story, cost: number, error: boolean, until: Micros): void {
    story.cost = cost;
    story.error = error;
    story.ended = true;
    const command = word(story.argv);
    this.#before = { actor: { client: story.client, command }, until, cost };
    if (error) return;
    if (command === 'MULTI') this.#isolation.begin(story.client);
    if (command === 'WATCH') this.#isolation.watch(story.client, story.argv.slice(1));
  }

  #tell(story: Story): void {
    this.#slow = null;
    if (story.blocked === null && story.units >= SLOW_UNITS) {
      this.#slow = story;
      this.#holds(story);
    } else this.current = { kind: 'ran', story, reply: null, held: [] };
    this.#told = { client: story.client, argv: story.argv };
  }

  #refused(client: number, name: ByteString): void {
    this.#queued.delete(client);
    this.current = { kind: 'refused', client, command: text(name).toUpperCase(), spoils: this.#isolation.refused(client), reply: null };
    this.#told = { client, argv: [name] };
  }

  #wrote(actor: Actor, key: ByteString): void {
    this.#writers.delete(key);
    if (this.#writers.size >= WRITERS_MAX) this.#writers.clear();
    this.#writers.set(key, actor);
    this.#isolation.wrote(actor, key);
  }

  #holds(story: Story): void {
    this.current = { kind: 'holds', story, others: [...this.#queued.keys()].filter((id) => id !== story.client) };
  }

  #say(explanation: Explanation): void {
    this.current = explanation;
    this.#told = null;
  }
}
