// Tells the recorder which step caused which reply: see `transcript.ts` for why that order.
//
// A command's own reply belongs to its step. The reply of a command that was parked belongs to the step during which its
// client was woken, or to the wait that ended with its deadline: commands are told apart, not clients, since a client may
// wait again before the reply to its last wait has left. What CLIENT PAUSE holds back is written where it runs at last. A message belongs to the step that published it: the
// engine's events name the channel (PUBLISH by its arguments, keyspace events by themselves), and every subscriber takes
// the publications of a channel in order, from its subscription on.
//
// What waits for time to pass is known from the events too, so it makes no difference how much comes in one update.

import type { ByteString, LoopEvent, Micros, View } from './engine.ts';
import { search } from './lanes.ts';
import type { Pending, Received } from './repl.ts';
import { CLOSED, notation, Recorder, type RecordedStep } from './transcript.ts';
import type { Reply } from './resp.ts';

/** Publications of one turn of the loop that are told apart; their messages leave at its end. */
const PUBLISHED_MAX = 100_000;
/** Events tell this many bytes of an argument. */
const PREVIEW = 64;

/** Who hears what: by channel, by pattern, by shard channel. */
type Kind = 'message' | 'pmessage' | 'smessage';

const PUBLISHES: Record<string, Kind> = { publish: 'message', spublish: 'smessage' };
const SUBSCRIBES: Record<string, Kind> = { subscribe: 'message', psubscribe: 'pmessage', ssubscribe: 'smessage' };

interface Publication {
  seq: number;
  step: RecordedStep;
}

/** See the file's head. */
export class Scribe {
  readonly recorder = new Recorder();
  readonly #nameOf: (client: number) => string;
  /** What each client is called here: what it was called when it first appeared, so that it stays one client. */
  readonly #names = new Map<number, string>();
  #current: RecordedStep | null = null;
  #steps = new WeakMap<Pending, RecordedStep>();
  /** What each client's command is that runs or ran last. */
  #running = new Map<number, Pending>();
  /** Commands that wait on keys. */
  #parked = new Map<number, Pending>();
  /** By client, where the recorder's clock has to be for its wait to end by itself, and the first of them. */
  #due = new Map<number, number>();
  #firstDue = Infinity;
  /** Whether something waits for time to pass, and until when CLIENT PAUSE lasts; 0 when nothing has run since it was over. */
  #timed = false;
  #pausedUntil: Micros = 0;
  /** Where the recorder's clock has to be by then. */
  #pauseDue = 0;
  #argv: readonly ByteString[] = [];
  /** The publications of this turn of the loop, by kind and channel, in order. */
  #published = new Map<string, Publication[]>();
  #publications = 0;
  /** The number of the last publication that a client has got of a place, or of its subscription, in this turn of the loop. */
  #delivered = new Map<string, number>();
  /** The numbers of commands that subscribe: what their client got before their reply was published before. */
  readonly #subscribed = new WeakMap<Pending, number>();
  /** The loop is about to begin another turn: what was published has been delivered. */
  #turned = false;

  constructor(nameOf: (client: number) => string) {
    this.#nameOf = nameOf;
  }

  /** A client's command begins to run. */
  began(client: number, command: Pending, at: Micros): void {
    this.#running.set(client, command);
    this.#step(client, command.line, at);
    this.#steps.set(command, this.#current as RecordedStep);
  }

  /** A client that the transcript knows is closed in the page. */
  closed(client: number, at: Micros): void {
    if (this.#names.has(client)) this.#step(client, null, at);
  }

  #step(client: number, line: string | null, at: Micros): void {
    if (this.#pausedUntil > 0 && at >= this.#pausedUntil) {
      this.recorder.elapsed(this.#pausedUntil, this.#pauseDue);
      this.#pausedUntil = 0;
    }
    this.#current = this.recorder.executed(this.#called(client), line, at, this.#timed || this.#pausedUntil > 0, this.#firstDue - 1);
  }

  /** What a client is called in the transcript, or would be. */
  nameOf(client: number): string {
    return this.#names.get(client) ?? this.#nameOf(client);
  }

  #called(client: number): string {
    const known = this.#names.get(client);
    if (known !== undefined) return known;
    const own = this.#nameOf(client);
    const taken = new Set(this.#names.values());
    let name = own;
    for (let i = 2; taken.has(name); i++) name = `${own}${i}`;
    this.#names.set(client, name);
    return name;
  }

  /** Takes events in order, after `began` of the same event. */
  apply(event: LoopEvent): void {
    switch (event.kind) {
      case 'task':
        if (this.#turned) this.#forget();
        this.#turned = event.task.task === 'before-sleep';
        if (event.task.task === 'timer') this.#current = null;
        return;
      case 'command':
        this.#argv = event.argv;
        // Events tell the first arguments; of a client's own command all are known.
        this.#command(event.client, (event.depth === 0 ? this.#running.get(event.client)?.argv : undefined) ?? event.argv, event);
        return;
      case 'done':
        // Other servers sleep, too.
        if (event.depth === 0 && /^debug$/i.test(this.#argv[0] ?? '') && /^sleep$/i.test(this.#argv[1] ?? '')) this.recorder.slept(event.until - event.at);
        return;
      case 'key':
        this.#timed ||= /expire|restore/.test(event.event);
        return;
      case 'blocked': {
        const command = this.#running.get(event.client);
        if (event.deadline !== null) this.#awaits(event.client, event.deadline - event.at);
        if (command !== undefined) this.#parked.set(event.client, command);
        return;
      }
      case 'unblocked': {
        const command = this.#parked.get(event.client);
        if (command !== undefined) this.#steps.set(command, this.#cause(event.at, event.timedOut ? this.#due.get(event.client) : 0));
        this.#parked.delete(event.client);
        this.#settle(event.client);
        return;
      }
      case 'expired':
        // Others can see that it is gone: so much time must have passed by then.
        this.#cause(event.at);
        return;
      case 'published':
        this.#publish('message', event.channel, event.seq, event.at);
        return;
      case 'disconnected':
        for (const each of [this.#running, this.#parked, this.#names]) each.delete(event.client);
        this.#settle(event.client);
        return;
      default:
    }
  }

  /** A client received a reply or a message. */
  received(client: number, { reply, command }: Received): void {
    const since = command === undefined ? undefined : this.#subscribed.get(command);
    if (command !== undefined && since !== undefined) this.#listens(client, command.argv, since);
    const step = command === undefined ? this.#publisher(client, reply) : this.#steps.get(command);
    step?.replies.push({ client: this.#called(client), text: notation(reply) });
  }

  /** The server hangs up on a client: whose step that was, has that below its replies. */
  hungUp(client: number, at: Micros): void {
    this.#cause(at).replies.push({ client: this.#called(client), text: CLOSED });
  }

  /** The state after all that was told so far. */
  settled({ databases, clients }: View): void {
    this.#timed = databases.some(({ expires }) => expires > 0) || clients.some(({ blocked }) => blocked?.deadline != null);
  }

  #command(client: number, argv: readonly ByteString[], { seq, at, depth }: LoopEvent): void {
    const name = (argv[0] ?? '').toLowerCase();
    const publishes = PUBLISHES[name];
    if (publishes !== undefined) this.#publish(publishes, argv[1] ?? '', seq, at);
    if (SUBSCRIBES[name] !== undefined) {
      const command = this.#running.get(client);
      if (depth === 0 && command !== undefined) this.#subscribed.set(command, seq);
      else this.#listens(client, argv, seq);
    }
    if (name !== 'client') return;
    const second = (argv[1] ?? '').toLowerCase();
    if (second === 'pause') {
      const ms = Number(argv[2]) || 0;
      this.#pausedUntil = Math.max(this.#pausedUntil, at + 1000 * ms);
      this.#pauseDue = Math.max(this.#pauseDue, this.recorder.clock + ms);
    }
    if (second === 'unpause') this.#pausedUntil = 0;
  }

  #listens(client: number, argv: readonly ByteString[], seq: number): void {
    const kind = SUBSCRIBES[(argv[0] ?? '').toLowerCase()] as Kind;
    for (const place of argv.slice(1)) this.#delivered.set(heard(client, kind, place), seq);
  }

  #publish(kind: Kind, channel: ByteString, seq: number, at: Micros): void {
    const step = this.#cause(at);
    if (this.#publications++ >= PUBLISHED_MAX) return;
    const place = `${kind} ${cut(channel)}`;
    const before = this.#published.get(place);
    if (before === undefined) this.#published.set(place, [{ seq, step }]);
    else before.push({ seq, step });
  }

  /** What has led to this: a client's step, or so much time that it is `due`. */
  #cause(at: Micros, due = 0): RecordedStep {
    if (this.#current === null || (this.#current.client === null && due > this.recorder.clock)) this.#current = this.recorder.elapsed(at, due);
    return this.#current;
  }

  #awaits(client: number, micros: Micros): void {
    this.#timed = true;
    let due = this.recorder.clock + Math.ceil(micros / 1000);
    // Less than a millisecond apart is together for others; there are things that can happen in between.
    for (const others = new Set(this.#due.values()); others.has(due); due++) this.recorder.before(this.#current);
    this.#due.set(client, due);
    this.#firstDue = Math.min(this.#firstDue, due);
  }

  #settle(client: number): void {
    const due = this.#due.get(client);
    this.#due.delete(client);
    if (due === this.#firstDue) this.#firstDue = Math.min(Infinity, ...this.#due.values());
  }

  #publisher(client: number, reply: Reply): RecordedStep | undefined {
    const { kind, channel, pattern } = placeOf(reply);
    // A client that subscribed to a pattern gets what it matches from then on.
    const since = pattern === null ? 0 : (this.#delivered.get(heard(client, kind, pattern)) ?? 0);
    const own = pattern === null ? heard(client, kind, channel) : `${heard(client, kind, pattern)}\0${channel}`;
    const after = Math.max(since, this.#delivered.get(own) ?? 0);
    const all = this.#published.get(`${pattern === null ? kind : 'message'} ${channel}`) ?? [];
    const found = all[search(all, (each) => each.seq <= after)];
    if (found !== undefined) this.#delivered.set(own, found.seq);
    return found?.step ?? this.#current ?? undefined;
  }

  #forget(): void {
    this.#turned = false;
    if (this.#publications > 0) this.#published.clear();
    this.#publications = 0;
    if (this.#delivered.size > 0) this.#delivered.clear();
  }
}

function heard(client: number, kind: Kind, place: ByteString): string {
  return `${client} ${kind} ${cut(place)}`;
}

function cut(place: ByteString): ByteString {
  return place.slice(0, PREVIEW);
}

/** Channel and pattern of `message c …`, `smessage c …`, `pmessage p c …`. */
function placeOf(reply: Reply): { kind: Kind; channel: ByteString; pattern: ByteString | null } {
  const items = 'items' in reply ? reply.items.map((item) => (item.type === 'bulk' ? item.value : '')) : [];
  const [kind = '', first = '', second = ''] = items;
  if (kind === 'pmessage') return { kind, channel: cut(second), pattern: cut(first) };
  return { kind: kind === 'smessage' ? kind : 'message', channel: cut(first), pattern: null };
}
