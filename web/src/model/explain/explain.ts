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
  ended: boolean;
  /** The key that ended its wait, when this is a waiter's saved command. */
  served: ByteString | null;
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

  /** Takes events in order. */
  apply(event: LoopEvent): void {
    const story = this.#story;
    switch (event.kind) {
      case 'task':
        // What is told of a command ends with its task.
        this.#story = null;
        if (event.task.task === 'readable') this.#waiting.delete(event.task.client);
        return;
      case 'command':
        if (event.depth === 0) this.#begin(event.client, event.argv, event.at);
        else if (story !== null) story.nested++;
        return;
      case 'collected':
        this.#say(event.client, `${this.#name(event.client)}'s ${word(event.argv)} is queued.`,
          `The transaction now holds ${plural(event.length, 'command')}. Nothing was run yet; other clients still read and write freely.`);
        return;
      case 'refused':
        this.#say(event.client, `${this.#name(event.client)}'s ${text(event.name)} was refused.`,
          'The check before a command runs said no: nothing ran, and nothing changed. The reply says why.');
        return;
      case 'queued':
        this.#held(event.client);
        return;
      case 'done':
        if (event.depth > 0 || story === null) return;
        story.units = event.units;
        story.cost = event.until - event.at;
        story.error = event.error;
        story.ended = true;
        break;
      case 'key':
        if (story !== null && !story.touched.includes(event.key)) story.touched.push(event.key);
        break;
      case 'blocked':
        if (story !== null) story.blocked = { keys: event.keys, deadline: event.deadline };
        break;
      case 'published':
        if (story !== null) story.published = { channel: event.channel, receivers: event.receivers };
        break;
      case 'woken':
        this.#served = { client: event.client, key: event.key };
        return;
      case 'unblocked':
        if (event.timedOut) {
          this.#say(event.client, `${this.#name(event.client)} gave up waiting.`,
            'The deadline it was parked with has come. A timer of the loop answered it with nil; nobody else noticed.');
        }
        return;
      case 'expired':
        this.#say(null, `${text(event.key)} expired.`,
          'Its deadline passed, so the key is gone. The engine keeps deadlines in exact order and needs no scan.');
        return;
      default:
        return;
    }
    // Some of what a command did is told after its end.
    if (story?.ended === true) this.#end(story);
  }

  #begin(client: number, argv: readonly ByteString[], at: Micros): void {
    const served = this.#served?.client === client ? this.#served.key : null;
    this.#served = null;
    this.#story = {
      client, argv, at, served, touched: [], blocked: null, published: null, nested: 0, units: 0, cost: 0, error: false, ended: false,
    };
  }

  #end(story: Story): void {
    const name = this.#name(story.client);
    const command = word(story.argv);
    this.#slow = null;
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
    } else if (story.published !== null || command === 'PUBLISH') {
      // A message that nobody hears is no event.
      const { channel, receivers } = story.published ?? { channel: story.argv[1] ?? '', receivers: 0 };
      this.#say(story.client, `${text(channel)} reached ${plural(receivers, 'subscriber')}.`,
        receivers === 0 ? 'Nobody listens, and messages are not kept: this one is gone.' : 'The message was copied to every subscriber within this one task. It is not stored anywhere.');
    } else if (story.served !== null) {
      this.#say(story.client, `${name} is served.`, wokenReason(story.served));
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
    const command = word(story.argv);
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

function word(argv: readonly ByteString[]): string {
  return (argv[0] ?? '').toUpperCase();
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
