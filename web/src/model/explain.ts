// One plain sentence about what just happened, made from the events of a command or of the loop.
//
// Collects what a command touched, whom it woke and whom it held up, and says the most instructive of it. The tone is
// that of a colleague at the next chair: what happened, then why.

import { join } from './args.ts';
import { text, type ByteString } from './bytes.ts';
import type { LoopEvent, Micros } from './engine.ts';
import { count, duration, plural } from './units.ts';

/** A short verdict, and the reason. `client` gives the verdict its colour. */
export interface Explanation {
  client: number | null;
  verdict: string;
  reason: string;
}

/** How the page calls a client. */
export type NameOf = (client: number) => string;

/** What is known when a command has ended. */
interface Story {
  client: number;
  argv: readonly ByteString[];
  at: Micros;
  touched: ByteString[];
  blocked: { keys: readonly ByteString[]; deadline: Micros | null } | null;
  published: { channel: ByteString; receivers: number } | null;
  nested: number;
  units: number;
  cost: number;
  error: boolean;
}

/** From this many visited elements on, a command is worth a warning. */
const SLOW_UNITS = 1000;

/** Follows the events and keeps the latest explanation. */
export class Explainer {
  current: Explanation | null = null;
  #story: Story | null = null;
  #nameOf: NameOf;
  /** Clients that wait in the queue, for whom a slow command costs time. */
  #waiting = new Set<number>();
  #slow: Story | null = null;
  /** The waiter that is about to run its saved command again. */
  #served: { client: number; key: ByteString } | null = null;

  constructor(nameOf: NameOf) {
    this.#nameOf = nameOf;
  }

  /** Takes events in order. `queued`: commands that MULTI holds for a client, or `null`. */
  apply(event: LoopEvent, queued: (client: number) => number | null): void {
    switch (event.kind) {
      case 'command':
        if (event.depth > 0) {
          if (this.#story !== null) this.#story.nested++;
          return;
        }
        this.#waiting.delete(event.client);
        this.#story = begin(event.client, event.argv, event.at);
        return;
      case 'queued':
        if (event.task.task === 'readable') this.#held(event.task.client);
        return;
      case 'key':
        if (this.#story !== null && !this.#story.touched.includes(event.key)) this.#story.touched.push(event.key);
        return;
      case 'blocked':
        if (this.#story !== null) this.#story.blocked = { keys: event.keys, deadline: event.deadline };
        return;
      case 'woken':
        this.#served = { client: event.client, key: event.key };
        return;
      case 'published':
        if (this.#story !== null) this.#story.published = { channel: event.channel, receivers: event.receivers };
        return;
      case 'timed-out':
        this.#say(event.client, `${this.#name(event.client)} gave up waiting.`,
          'The deadline it was parked with has come. A timer of the loop answered it with nil; nobody else noticed.');
        return;
      case 'expired':
        this.#say(null, `${text(event.key)} expired.`, 'Its deadline passed, so the key is gone. The engine keeps deadlines in exact order and needs no scan.');
        return;
      case 'done':
        if (event.depth > 0 || this.#story === null) return;
        this.#story.units = event.units;
        this.#story.cost = event.until - event.at;
        this.#story.error = event.error;
        this.#end(this.#story, queued(event.client));
        return;
      default:
    }
  }

  #end(story: Story, queued: number | null): void {
    const name = this.#name(story.client);
    const command = (story.argv[0] ?? '').toUpperCase();
    const served = this.#served;
    this.#story = null;
    this.#slow = null;
    this.#served = null;
    if (story.blocked !== null) {
      const keys = story.blocked.keys.map(text).join(', ');
      const until = story.blocked.deadline === null ? 'for as long as it takes' : `for at most ${duration(story.blocked.deadline - story.at)}`;
      this.#say(story.client, `${name} is parked on ${keys}.`,
        `There is nothing to pop, so ${command} waits ${until}. Waiting costs nothing: the loop goes on without it.`);
    } else if (story.units >= SLOW_UNITS) {
      this.#slow = story;
      this.#sayHeld(story);
    } else if (story.error) {
      this.#say(story.client, `${name}'s ${command} was refused.`, 'An error is a reply like any other: it took its turn on the loop and changed nothing.');
    } else if (command === 'EXEC') {
      this.#say(story.client, `${name}'s transaction ran whole.`,
        `EXEC ran ${plural(story.nested, 'queued command')} in one task, so nobody could come between them. Until EXEC, other clients could: MULTI is not a lock.`);
    } else if (command === 'MULTI') {
      this.#say(story.client, `${name} starts collecting.`, 'From here its commands are queued, not run, and nobody else is held up: MULTI is not a lock.');
    } else if (queued !== null && queued > 0 && command !== 'WATCH') {
      this.#say(story.client, `${name}'s ${command} is queued.`,
        `The transaction now holds ${plural(queued, 'command')}. Nothing was run yet; other clients still read and write freely.`);
    } else if (story.published !== null) {
      const { channel, receivers } = story.published;
      this.#say(story.client, `${text(channel)} reached ${plural(receivers, 'subscriber')}.`,
        receivers === 0 ? 'Nobody listens, and messages are not kept: this one is gone.' : 'The message was copied to every subscriber within this one task. It is not stored anywhere.');
    } else if (served?.client === story.client) {
      this.#say(story.client, `${name} is served.`, wokenReason(served.key));
    } else {
      this.#say(story.client, `${name} ran ${text(join(story.argv.slice(0, 4)))}${story.argv.length > 4 ? ' …' : ''}.`,
        `${workDone(story)} One command at a time on one thread: that is why it needs no lock.`);
    }
  }

  /** Somebody arrived while a slow command holds the loop. */
  #held(client: number): void {
    this.#waiting.add(client);
    if (this.#slow !== null && client !== this.#slow.client) this.#sayHeld(this.#slow);
  }

  #sayHeld(story: Story): void {
    const command = (story.argv[0] ?? '').toUpperCase();
    const others = [...this.#waiting].filter((id) => id !== story.client).map((id) => this.#name(id));
    const verdict = others.length === 0 ? `${command} holds the loop for ${duration(story.cost)}.`
      : `${list(others)} ${others.length === 1 ? 'waits' : 'wait'} for ${this.#name(story.client)}.`;
    const advice = command === 'KEYS' ? ' SCAN does the same work in small turns.' : '';
    this.#say(story.client, verdict,
      `${command} visits ${plural(story.units, 'element')} before it answers, ${duration(story.cost)} in all, and there is one thread.${advice}`);
  }

  #say(client: number | null, verdict: string, reason: string): void {
    this.current = { client, verdict, reason };
  }

  #name(client: number): string {
    return this.#nameOf(client);
  }
}

function begin(client: number, argv: readonly ByteString[], at: Micros): Story {
  return { client, argv, at, touched: [], blocked: null, published: null, nested: 0, units: 0, cost: 0, error: false };
}

function wokenReason(key: ByteString): string {
  return `Something arrived in ${text(key)}. The client that waited longest runs its saved command again, before anybody's next one.`;
}

function workDone(story: Story): string {
  const touched = story.touched.length === 0 ? 'It changed no key' : `It touched ${story.touched.slice(0, 3).map(text).join(', ')}${story.touched.length > 3 ? ` and ${count(story.touched.length - 3)} more` : ''}`;
  const visited = story.units > 1 ? `, visiting ${plural(story.units, 'element')}` : '';
  return `${touched}${visited}, and held the loop for ${duration(story.cost)}.`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
