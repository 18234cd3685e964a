// Tells the recorder which step caused which reply: see `transcript.ts` for why that order.
//
// A command's own reply belongs to its step. The reply of a client that was parked belongs to the step during which it
// was woken, or to the wait that ended with its deadline. A message belongs to the step that published it: the engine's
// events name the channel (PUBLISH by its arguments, keyspace events by themselves), and every subscriber takes the
// publications of a channel in order, from its subscription on.

import type { ByteString, LoopEvent, Micros } from './engine.ts';
import type { Pending, Received } from './repl.ts';
import { notation, Recorder, type RecordedStep } from './transcript.ts';
import type { Reply } from './resp.ts';

/** Publications that are remembered for subscribers whose messages are still on their way. */
const PUBLISHED_MAX = 1000;
/** Events tell this many bytes of an argument. */
const PREVIEW = 64;

/** See the file's head. */
export class Scribe {
  readonly recorder = new Recorder();
  readonly #nameOf: (client: number) => string;
  #current: RecordedStep | null = null;
  #steps = new WeakMap<Pending, RecordedStep>();
  #parked = new Map<number, RecordedStep | null>();
  #published: { seq: number; channel: ByteString; step: RecordedStep }[] = [];
  /** The number of the last publication that a client has got of a channel, or of its subscription. */
  #delivered = new Map<string, number>();

  constructor(nameOf: (client: number) => string) {
    this.#nameOf = nameOf;
  }

  /** A client's command begins to run. */
  began(client: number, command: Pending, at: Micros, timed: boolean): void {
    this.#current = this.recorder.executed(this.#nameOf(client), command.line, at, timed);
    this.#steps.set(command, this.#current);
  }

  /** Takes events in order, after `began` of the same event. */
  apply(event: LoopEvent): void {
    switch (event.kind) {
      case 'task':
        if (event.task.task === 'timer') this.#current = null;
        return;
      case 'blocked':
        this.#parked.set(event.client, null);
        return;
      case 'unblocked':
        if (this.#parked.has(event.client)) this.#parked.set(event.client, this.#cause(event.at));
        return;
      case 'expired':
        // Others can see that it is gone: so much time must have passed by then.
        this.#cause(event.at);
        return;
      case 'command':
        if (/^s?publish$/i.test(event.argv[0] ?? '')) this.#publish(event.seq, event.argv[1] ?? '', event.at);
        if (/^[ps]?subscribe$/i.test(event.argv[0] ?? '')) for (const name of event.argv.slice(1)) this.#delivered.set(key(event.client, name), event.seq);
        return;
      case 'published':
        this.#publish(event.seq, event.channel, event.at);
        return;
      default:
    }
  }

  /** A client received a reply or a message. */
  received(client: number, { reply, command }: Received): void {
    const name = this.#nameOf(client);
    const step = command === undefined ? this.#publisher(client, reply) : this.#answered(client, command);
    step?.replies.push({ client: name, text: notation(reply) });
  }

  #publish(seq: number, channel: ByteString, at: Micros): void {
    this.#published.push({ seq, channel: channel.slice(0, PREVIEW), step: this.#cause(at) });
    if (this.#published.length > PUBLISHED_MAX) this.#published.shift();
  }

  #cause(at: Micros): RecordedStep {
    this.#current ??= this.recorder.elapsed(at);
    return this.#current;
  }

  #answered(client: number, command: Pending): RecordedStep | undefined {
    const own = this.#steps.get(command);
    const woken = this.#parked.get(client);
    if (woken == null) return own;
    this.#parked.delete(client);
    return woken;
  }

  #publisher(client: number, reply: Reply): RecordedStep | undefined {
    const { channel, pattern } = placeOf(reply);
    // A client that subscribed to a pattern gets what it matches from then on.
    const since = pattern === null ? 0 : (this.#delivered.get(key(client, pattern)) ?? 0);
    const own = pattern === null ? key(client, channel) : `${key(client, pattern)} ${channel}`;
    const after = Math.max(since, this.#delivered.get(own) ?? 0);
    const found = this.#published.find((each) => each.channel === channel && each.seq > after);
    if (found !== undefined) this.#delivered.set(own, found.seq);
    return found?.step ?? this.#current ?? undefined;
  }
}

function key(client: number, place: ByteString): string {
  return `${client} ${place.slice(0, PREVIEW)}`;
}

/** Channel and pattern of `message c …`, `pmessage p c …`. */
function placeOf(reply: Reply): { channel: ByteString; pattern: ByteString | null } {
  const items = 'items' in reply ? reply.items.map((item) => (item.type === 'bulk' ? item.value.slice(0, PREVIEW) : '')) : [];
  return items.length === 4 ? { pattern: items[1] ?? '', channel: items[2] ?? '' } : { pattern: null, channel: items[1] ?? '' };
}
