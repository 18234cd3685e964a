// The swim-lanes: what the loop ran, and what each client was doing meanwhile. Built from the event log alone.
//
// A client is in exactly one state at a time: executing, blocked (parked on keys), held back by CLIENT PAUSE, queued,
// writing (its reply is ready and waits for before-sleep), or thinking, which is the time between its spans. Where two
// are true at once the first of that list counts. A command is paid for after it has run: its span reaches into the
// future, and whatever the client does meanwhile begins where it ends. Latencies are measured beside that, command by
// command, from the arrival of the request's last byte to the reply's leaving.
//
// Left out: where things lie on screen (`axis`, `picture`) and what is said of them (`why`, `strip`).

import type { ByteString, LoopEvent, Micros, TaskView } from './engine.ts';
import { Latency, type Call } from './latency.ts';
import { begin, brief, end, forget, finished, Track, type Span } from './track.ts';

export type { Span, State, Track } from './track.ts';

/** A command that ran inside EXEC. */
export interface Nested {
  at: Micros;
  to: Micros;
  name: ByteString;
  error: boolean;
}

/** What became of a run: `parked` ones go on later as `served`; `collected` and `refused` took their turn and no time. */
export type Outcome = 'ran' | 'parked' | 'served' | 'collected' | 'refused';

/** One command on the loop: `to` is when its modelled cost is paid, `turns` the number of the task it ran in. */
export interface Run {
  client: number;
  turns: number;
  from: Micros;
  to: Micros;
  /** The arguments, cut to what can be shown. */
  argv: readonly ByteString[];
  units: number;
  error: boolean;
  outcome: Outcome;
  /** When its request was there; for a served one, when it was woken. */
  arrived: Micros;
  /** When its reply left; `null` while it has not. */
  replied: Micros | null;
  nested: readonly Nested[];
  /** For a served one: the key that woke it, and the task number of the run that wrote it, if remembered. */
  woken: { key: ByteString; by: number | null } | null;
}

/** How many runs are remembered, and with them everything else of their time. */
export const RUNS_MAX = 50_000;
/** What is forgotten at once when there are more. */
const FORGET = 5000;
/** Commands inside one EXEC that are remembered one by one. */
const NESTED_MAX = 500;
/** Keys whose last writer is remembered, to say who woke a waiter. */
const WRITERS_MAX = 1000;

/** The history that the lanes are drawn from. */
export class Lanes {
  /** In the order in which they ran. */
  runs: Run[] = [];
  /** Every client that was ever seen and is not long gone. */
  readonly tracks = new Map<number, Track>();
  readonly latency = new Latency();
  /** Whether CLIENT PAUSE has ever held anybody back. */
  held = false;
  #turns = 0;
  #run: Run | null = null;
  #nested: Nested[] = [];
  #writers = new Map<ByteString, number>();
  #woken: { client: number; key: ByteString } | null = null;
  /** Clients with a reply that has not left. */
  #writing = new Set<Track>();
  /** When the replies of this turn of the loop left, until the next task. */
  #left: Micros | null = null;

  /** Takes events in order. */
  apply(event: LoopEvent): void {
    switch (event.kind) {
      case 'connected':
        this.tracks.set(event.client, new Track(event.client, event.at));
        return;
      case 'arrived':
        this.#of(event.client, event.at).arrived(event.at, event.bytes);
        return;
      case 'queued':
        this.#queued(this.#of(event.client, event.at), event.at);
        return;
      case 'task':
        this.#task(event.task, event.at);
        return;
      case 'command':
        if (event.depth > 0) this.#nest(event.at, event.argv);
        else this.#command(event.client, event.argv, event.at);
        return;
      case 'done':
        if (event.depth > 0) this.#nestedDone(event.until, event.error);
        else this.#done(event.units, event.bytes, event.error, event.until);
        return;
      case 'key':
        this.#wrote(event.key);
        return;
      case 'blocked':
        this.#blocked(this.#of(event.client, event.at), event.keys, event.at);
        return;
      case 'collected':
        this.#mark(event.client, event.argv, event.at, 'collected');
        return;
      case 'refused':
        this.#mark(event.client, [event.name], event.at, 'refused');
        return;
      case 'woken':
        this.#woken = { client: event.client, key: event.key };
        end(this.#of(event.client, event.at), event.at);
        return;
      case 'unblocked':
        this.#unblocked(this.#of(event.client, event.at), event.at);
        return;
      case 'postponed': {
        const track = this.#of(event.client, event.at);
        this.held = true;
        end(track, event.at);
        begin(track, 'paused', event.at);
        return;
      }
      case 'replied':
        this.#replied(this.#of(event.client, event.at), event.at);
        return;
      case 'disconnected':
        this.#disconnected(event.client, event.at);
        return;
      default:
    }
  }

  /** The end of an update. Tasks are never torn apart, so whatever is written by now has left or never will. */
  settled(): void {
    if (this.#left !== null) this.#silent(this.#left);
    this.#left = null;
  }

  /** Since when the client waits in the queue or is blocked, or `null`. */
  since(client: number): Micros | null {
    const open = this.tracks.get(client)?.open;
    return open == null || open.state === 'writing' ? null : open.since;
  }

  /** Everybody's spans, client by client. */
  get spans(): Span[] {
    return [...this.tracks.values()].flatMap((track) => track.spans);
  }

  /** The run of this task, if it is remembered. */
  runOf(turns: number): Run | undefined {
    const run = this.runs[search(this.runs, (each) => each.turns < turns)];
    return run?.turns === turns ? run : undefined;
  }

  /** How many of the runs began up to `now`. */
  until(now: Micros): number {
    return search(this.runs, (run) => run.from <= now);
  }

  #of(client: number, at: Micros): Track {
    let track = this.tracks.get(client);
    if (track === undefined) {
      track = new Track(client, at);
      this.tracks.set(client, track);
    }
    return track;
  }

  #queued(track: Track, at: Micros): void {
    const { open } = track;
    if (open?.state === 'queued' || open?.state === 'blocked') return;
    if (open?.state === 'paused') end(track, at);
    else track.resync();
    begin(track, 'queued', at);
  }

  #task(task: TaskView, at: Micros): void {
    this.#turns++;
    this.#run = null;
    if (this.#left !== null) this.#silent(this.#left);
    this.#left = task.task === 'before-sleep' ? at : null;
    if (task.task !== 'readable') return;
    const track = this.#of(task.client, at);
    // Whether or not a command comes of it, the wait is over.
    if (track.open?.state !== 'blocked') end(track, at);
  }

  /** Who has no reply when all have left gets none: CLIENT REPLY said so. */
  #silent(at: Micros): void {
    for (const track of this.#writing) {
      if (track.open?.state === 'writing') end(track, at);
      track.calls = [];
    }
    this.#writing.clear();
  }

  #command(client: number, argv: readonly ByteString[], at: Micros): void {
    const track = this.#of(client, at);
    end(track, at);
    const woken = this.#woken?.client === client ? this.#woken : null;
    this.#woken = null;
    const arrived = woken === null ? track.took(argv, at) : at;
    this.#nested = [];
    this.#run = {
      client, turns: this.#turns, from: at, to: at, argv: brief(argv), units: 0, error: false, arrived, replied: null,
      outcome: woken === null ? 'ran' : 'served', nested: [],
      woken: woken === null ? null : { key: woken.key, by: this.#writers.get(woken.key) ?? null },
    };
  }

  #done(units: number, bytes: number, error: boolean, until: Micros): void {
    const run = this.#run;
    if (run === null) return;
    run.to = Math.max(until, run.from);
    run.units = units;
    run.error = error;
    run.nested = this.#nested;
    this.#add(run);
    const track = this.#of(run.client, run.from);
    track.ran(run);
    const call = run.outcome === 'served' ? track.parked : null;
    track.parked = null;
    track.call = {
      client: run.client, argv: run.argv, turns: run.turns, units: run.units + (call?.units ?? 0), error,
      arrived: call?.arrived ?? run.arrived, started: call?.started ?? run.from, replied: 0,
      waited: call?.waited ?? run.from - run.arrived,
      executing: (call?.executing ?? 0) + run.to - run.from,
      blocked: call === null ? 0 : call.blocked + run.from - call.replied,
      leaving: 0,
    };
    if (bytes > 0) this.#write(track, run.to, run);
  }

  #write(track: Track, at: Micros, run: Run | null): void {
    if (track.call !== null) track.calls.push({ call: track.call, run, at });
    track.call = null;
    this.#writing.add(track);
    if (track.open === null) begin(track, track.pending ? 'queued' : 'writing', at).run = track.pending ? null : run;
  }

  #blocked(track: Track, keys: readonly ByteString[], at: Micros): void {
    const run = this.runs.at(-1);
    end(track, at);
    const span = begin(track, 'blocked', at);
    span.keys = brief(keys);
    if (run === undefined || run.client !== track.client || run.turns !== this.#turns) return;
    run.outcome = 'parked';
    span.run = run;
    // Until it is woken, `replied` holds when it was parked.
    track.parked = track.call === null ? null : { ...track.call, replied: run.to };
    track.call = null;
  }

  #unblocked(track: Track, at: Micros): void {
    if (track.open?.state !== 'blocked') return;
    end(track, at);
    const { parked } = track;
    track.parked = null;
    track.call = parked === null ? null : { ...parked, turns: this.#turns, blocked: parked.blocked + at - parked.replied };
    this.#write(track, at, null);
  }

  #mark(client: number, argv: readonly ByteString[], at: Micros, outcome: Outcome): void {
    const track = this.#of(client, at);
    end(track, at);
    const arrived = outcome === 'refused' ? track.tookSome(at) : track.took(argv, at);
    const run: Run = {
      client, turns: this.#turns, from: at, to: at, argv: brief(argv), units: 0, error: outcome === 'refused', outcome, arrived,
      replied: null, nested: [], woken: null,
    };
    this.#add(run);
    track.ran(run);
    track.call = {
      client, argv: run.argv, turns: run.turns, units: 0, error: run.error, arrived, started: at, replied: 0,
      waited: at - arrived, executing: 0, blocked: 0, leaving: 0,
    };
    this.#write(track, at, run);
  }

  #replied(track: Track, at: Micros): void {
    if (track.open?.state === 'writing') end(track, at);
    for (const { call, run, at: from } of track.calls) {
      this.latency.add(finished(call, from, at));
      if (run !== null) run.replied = at;
    }
    track.calls = [];
    this.#writing.delete(track);
  }

  #disconnected(client: number, at: Micros): void {
    const track = this.tracks.get(client);
    if (track === undefined) return;
    end(track, at);
    forget(track);
    track.to = Math.max(at, track.cursor);
    this.#writing.delete(track);
    if (track.spans.length === 0 && this.runs.length === 0) this.tracks.delete(client);
  }

  #nest(at: Micros, argv: readonly ByteString[]): void {
    if (this.#nested.length >= NESTED_MAX) return;
    const from = this.#nested.at(-1)?.to ?? at;
    this.#nested.push({ at: from, to: from, name: (argv[0] ?? '').toUpperCase(), error: false });
  }

  #nestedDone(until: Micros, error: boolean): void {
    const nested = this.#nested.at(-1);
    if (nested === undefined) return;
    nested.to = Math.max(nested.at, until);
    nested.error = error;
  }

  #wrote(key: ByteString): void {
    this.#writers.delete(key);
    if (this.#writers.size >= WRITERS_MAX) this.#writers.clear();
    this.#writers.set(key, this.#turns);
  }

  #add(run: Run): void {
    this.runs.push(run);
    if (this.runs.length <= RUNS_MAX) return;
    this.runs.splice(0, FORGET);
    const before = (this.runs[0] as Run).from;
    for (const track of this.tracks.values()) {
      track.forgetBefore(before);
      if (track.to !== null && track.to < before) this.tracks.delete(track.client);
    }
  }
}

/** The first index at which `before` is false; it is true for everything before that. */
export function search<T>(items: readonly T[], before: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type { Call };
