// A session's writes as requests that any server loads: what `redis-cli --pipe` is fed with.
//
// The recording is played on an engine of its own, whose events say which commands ran, without error, and changed keys.
// Those are written down as they were typed, with three kinds of exception, because they must lead to the same keys on
// another server at another time: what was decided by chance or by waiting is written as what it came to (SPOP as SREM,
// BLPOP as LPOP), what expired is deleted where it did, and DEBUG POPULATE, which servers forbid, as the keys it makes.
// Keys that had not expired yet begin their time to live when they are loaded.

import { encode } from '../model/args.ts';
import { unpack } from '../model/bytes.ts';
import type { ByteString, LoopEvent, Micros } from '../model/engine.ts';
import type { Recording } from '../model/recording.ts';
import { Repl, type Pending } from '../model/repl.ts';
import type { Reply } from '../model/resp.ts';
import type { Redloop } from '../wasm/redloop_wasm.js';
import { readEvents } from './events.ts';
import { feed, runTask } from './timeline.ts';

/** Bytes that are written at most. */
export const WRITES_MAX = 64_000_000;
/** They change every key at once, and no event names one. */
const WHOLE = new Set(['FLUSHALL', 'FLUSHDB', 'SWAPDB']);
/** Events that tell of keys that nobody changed. */
const NO_CHANGE = new Set(['expired', 'evicted', 'keymiss', 'new']);

interface Write {
  db: number;
  argv: readonly ByteString[];
  wrote: boolean;
  reply: Reply | null;
}

interface Talker {
  repl: Repl;
  db: number;
  /** Sent and not begun. */
  sent: Pending[];
  /** Parked with this command. */
  parked: Pending | null;
  /** Kept by MULTI. */
  queued: Pending[];
}

/** The writes of a session; `null` past {@link WRITES_MAX}. `engine` is a fresh one with the recording's seed. */
export function writes(engine: Redloop, recording: Recording): ByteString | null {
  const history = new History();
  let now: Micros = recording.epoch;
  let turns = 0;
  const runTo = (most: number): void => {
    for (; turns < most && !history.over; turns++) {
      const at = runTask(engine, now);
      if (at === null) return;
      now = at;
      history.ran(engine);
    }
  };
  for (const entry of recording.entries) {
    runTo(entry.turns);
    if (history.over) break;
    now = Math.max(now, entry.at);
    if (entry.input === 'connect') history.connect(entry.client);
    else if (entry.input === 'lines') history.typed(entry.client, entry.lines);
    feed(engine, entry);
  }
  runTo(recording.turns);
  return history.written();
}

class History {
  /** A client shut the server down. */
  over = false;
  readonly #writes: Write[] = [];
  readonly #talkers = new Map<number, Talker>();
  readonly #byCommand = new WeakMap<Pending, Write>();
  /** The writes of a transaction, by its EXEC. */
  readonly #within = new WeakMap<Pending, (Write | null)[]>();

  connect(client: number): void {
    this.#talkers.set(client, { repl: new Repl({ turns: 0, at: 0 }), db: 0, sent: [], parked: null, queued: [] });
  }

  typed(client: number, lines: readonly string[]): void {
    const talker = this.#talkers.get(client);
    for (const line of lines) {
      const entered = talker?.repl.enter(line, '');
      if (entered?.kind === 'send') for (const command of entered.commands) talker?.sent.push(command);
    }
  }

  /** A task has run: takes what happened and what left. */
  ran(engine: Redloop): void {
    this.#task(readEvents(engine.takeEvents()));
    for (let output = engine.takeOutput(); output !== undefined; output = engine.takeOutput()) {
      if (output.kind === 'shutdown') this.over = true;
      if (output.kind !== 'reply') continue;
      for (const { reply, command } of this.#talkers.get(output.client)?.repl.receive(unpack(output.bytes)) ?? []) {
        if (command === undefined) continue;
        const write = this.#byCommand.get(command);
        if (write !== undefined) write.reply = reply;
        if (reply.type === 'array') this.#within.get(command)?.forEach((inner, i) => inner !== null && (inner.reply = reply.items[i] ?? null));
      }
    }
  }

  written(): ByteString | null {
    let out = '';
    let db = 0;
    for (const write of this.#writes) {
      for (const argv of lasting(write)) {
        if (write.db !== db) out += encode(['SELECT', String(write.db)]);
        db = write.db;
        out += encode(argv);
        if (out.length > WRITES_MAX) return null;
      }
    }
    return out;
  }

  #task(events: readonly LoopEvent[]): void {
    const writes: Write[] = [];
    let serving: number | null = null;
    let top: Pending | undefined;
    let inner: (Write | null)[] | undefined;
    let running: Pending | undefined;
    for (const event of events) {
      const talker = 'client' in event ? this.#talkers.get(event.client) : undefined;
      if (event.kind === 'task') serving = event.task.task === 'serve' ? event.task.client : null;
      else if (event.kind === 'expired') this.#writes.push({ db: event.db, argv: ['DEL', event.key], wrote: true, reply: null });
      else if (event.kind === 'key') {
        const last = writes.at(-1);
        if (last !== undefined && !NO_CHANGE.has(event.event)) last.wrote = true;
      }
      if (talker === undefined) continue;
      switch (event.kind) {
        case 'command':
          if (event.depth === 0) {
            top = serving === event.client ? (talker.parked ?? undefined) : talker.sent.shift();
            running = top;
            inner = top !== undefined && name(top) === 'EXEC' ? [] : undefined;
            if (top !== undefined && inner !== undefined) this.#within.set(top, inner);
          } else if (event.depth === 1 && inner !== undefined) running = talker.queued.shift();
          break;
        case 'collected': {
          const command = talker.sent.shift();
          if (command !== undefined) talker.queued.push(command);
          break;
        }
        case 'refused':
          talker.sent.shift();
          break;
        case 'done': {
          const own = event.depth === 0 ? top : inner === undefined ? undefined : running;
          if (own === undefined) break;
          const write = event.error ? null : this.#done(talker, own);
          if (event.depth === 1) inner?.push(write);
          if (write === null || (event.depth === 0 && inner !== undefined)) break;
          writes.push(write);
          this.#byCommand.set(own, write);
          break;
        }
        case 'blocked':
          talker.parked = top ?? null;
          break;
        case 'unblocked':
          talker.parked = null;
          break;
        case 'disconnected':
          this.#talkers.delete(event.client);
          break;
        default:
      }
    }
    this.#writes.push(...writes.filter((write) => write.wrote));
  }

  /** A command ran without error. */
  #done(talker: Talker, command: Pending): Write {
    const called = name(command);
    const write: Write = { db: talker.db, argv: command.argv, wrote: WHOLE.has(called) || populates(command.argv), reply: null };
    if (called === 'SELECT') talker.db = Number(command.argv[1]);
    if (called === 'RESET') talker.db = 0;
    if (called === 'EXEC' || called === 'DISCARD' || called === 'RESET') talker.queued = [];
    return write;
  }
}

function name(command: Pending): string {
  return (command.argv[0] ?? '').toUpperCase();
}

function populates(argv: readonly ByteString[]): boolean {
  return argv[0]?.toUpperCase() === 'DEBUG' && argv[1]?.toUpperCase() === 'POPULATE';
}

/** What a write is written as, to lead to the same elsewhere and later. */
function* lasting({ argv, reply }: Write): Generator<readonly ByteString[]> {
  const [called = '', ...rest] = argv;
  switch (called.toUpperCase()) {
    case 'SPOP': {
      const members = reply === null ? [] : 'items' in reply ? reply.items : [reply];
      const popped = members.flatMap((member) => (member.type === 'bulk' ? [member.value] : []));
      if (popped.length > 0) yield ['SREM', rest[0] ?? '', ...popped];
      return;
    }
    case 'BLPOP':
    case 'BRPOP':
    case 'BZPOPMIN':
    case 'BZPOPMAX': {
      const key = reply !== null && 'items' in reply ? reply.items[0] : undefined;
      if (key?.type === 'bulk') yield [called.slice(1), key.value];
      return;
    }
    case 'BLMOVE':
    case 'BRPOPLPUSH':
      yield [called.slice(1), ...rest.slice(0, -1)];
      return;
    case 'BLMPOP':
    case 'BZMPOP':
      yield [called.slice(1), ...rest.slice(1)];
      return;
    case 'XADD': {
      const id = rest.findIndex((arg, i) => i > 0 && (arg === '*' || /^\d+-\*$/.test(arg)));
      yield id > 0 && reply?.type === 'bulk' ? [called, ...rest.slice(0, id), reply.value, ...rest.slice(id + 1)] : argv;
      return;
    }
    case 'DEBUG':
      yield* populated(rest);
      return;
    default:
      yield argv;
  }
}

function* populated([, count = '0', prefix = 'key', size]: readonly ByteString[]): Generator<readonly ByteString[]> {
  for (let i = 0; i < Number(count); i++) {
    const value = `value:${i}`;
    yield ['SETNX', `${prefix}:${i}`, size === undefined || Number(size) === 0 ? value : value.padEnd(Number(size), '\0').slice(0, Number(size))];
  }
}
