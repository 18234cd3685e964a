// Tells the recorder which step caused which reply: see `transcript.ts` for why that order.
//
// A command's own reply belongs to its step. The reply of a client that was parked belongs to the step during which it
// was woken, or to the wait that ended with its deadline. A message belongs to the step that published it: the engine's
// events name the channel, and every subscriber takes the publications of a channel in order.

import type { ByteString, LoopEvent, Micros } from './engine.ts';
import type { Pending, Received } from './repl.ts';
import { notation, Recorder, type RecordedStep } from './transcript.ts';
import type { Reply } from './resp.ts';

/** Publications that are remembered for subscribers whose messages are still on their way. */
const PUBLISHED_MAX = 1000;

/** See the file's head. */
export class Scribe {
  recorder = new Recorder();
  readonly #nameOf: (client: number) => string;
  #current: RecordedStep | null = null;
  #steps = new Map<Pending, RecordedStep>();
  #parked = new Map<number, RecordedStep | null>();
  #published: { seq: number; channel: ByteString; step: RecordedStep }[] = [];
  #delivered = new Map<string, number>();

  constructor(nameOf: (client: number) => string) {
    this.#nameOf = nameOf;
  }

  /** The same transcript, to be gone on with after the engine was replaced. */
  restarted(nameOf: (client: number) => string): Scribe {
    const scribe = new Scribe(nameOf);
    scribe.recorder = this.recorder;
    return scribe;
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
      case 'published':
        this.#published.push({ seq: event.seq, channel: event.channel, step: this.#cause(event.at) });
        if (this.#published.length > PUBLISHED_MAX) this.#published.shift();
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

  #cause(at: Micros): RecordedStep {
    this.#current ??= this.recorder.elapsed(at);
    return this.#current;
  }

  #answered(client: number, command: Pending): RecordedStep | undefined {
    const own = this.#steps.get(command);
    this.#steps.delete(command);
    const woken = this.#parked.get(client);
    if (woken == null) return own;
    this.#parked.delete(client);
    return woken;
  }

  #publisher(client: number, reply: Reply): RecordedStep | undefined {
    const channel = channelOf(reply);
    const key = `${client} ${channel}`;
    const after = this.#delivered.get(key) ?? 0;
    const found = this.#published.find((each) => each.channel === channel && each.seq > after);
    if (found !== undefined) this.#delivered.set(key, found.seq);
    return found?.step ?? this.#current ?? undefined;
  }
}

/** The channel of `message c …`, `pmessage p c …`. */
function channelOf(reply: Reply): ByteString {
  if (!('items' in reply)) return '';
  const at = reply.items.length === 4 ? 2 : 1;
  const channel = reply.items[at];
  return channel?.type === 'bulk' ? channel.value : '';
}
