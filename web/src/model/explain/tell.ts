// From what is known of an event to the sentence about it: which of the things worth saying are said, and in which order.
//
// The words are in `words/explain.ts`. An explanation is kept as data and worded when it is shown, so that it follows the
// page's language and the clients' names. The reply comes later than the rest and adds what only it knows.

import { join } from '../args.ts';
import { text, type ByteString } from '../bytes.ts';
import type { CommandInfo, Micros } from '../engine.ts';
import type { Reply } from '../resp.ts';
import { words } from '../words/explain.ts';
import type { Actor, Transaction } from './isolation.ts';

/** Of a long command the sentence shows so many words, and so many bytes of each. */
const WORDS_SHOWN = 4;
const BYTES_SHOWN = 48;

/** A short verdict, and the reason. `client` gives the verdict its colour. */
export interface Sentence {
  client: number | null;
  verdict: string;
  reason: string;
}

/** What there is to explain, before it is put into words. */
export type Explanation =
  /** A command has ended; `held` had to wait meanwhile. */
  | { kind: 'ran'; story: Story; reply: Reply | null; held: readonly number[] }
  /** A command holds the loop, and `others` wait. */
  | { kind: 'holds'; story: Story; others: readonly number[] }
  | { kind: 'collected'; client: number; command: string; length: number }
  | { kind: 'refused'; client: number; command: string; spoils: boolean; reply: Reply | null }
  /** A parked client's deadline has come, or somebody ended its wait. */
  | { kind: 'late'; client: number; by: Actor | null }
  | { kind: 'postponed'; client: number }
  /** A timer deleted a key. */
  | { kind: 'expired'; key: ByteString };

/** How the page calls a client. */
export type NameOf = (client: number) => string;

/** What is known when a command has ended. */
export interface Story {
  client: number;
  argv: readonly ByteString[];
  info: CommandInfo | undefined;
  at: Micros;
  /** Keys that it changed with what was done to each last (`set`, `del`, `expire`, …), and keys that it found expired. */
  changed: Map<ByteString, string>;
  lapsed: ByteString[];
  blocked: { keys: readonly ByteString[]; deadline: Micros | null } | null;
  /** Keyspace notifications that somebody received. */
  notified: number;
  /** Commands that EXEC ran, and how many of them failed. */
  nested: number;
  failed: number;
  units: number;
  cost: number;
  error: boolean;
  ended: boolean;
  /** When this is a waiter's saved command: the key, who wrote it, and who waits for it still. */
  served: { key: ByteString; by: Actor | null; left: readonly number[] } | null;
  /** How long it stood in the queue, and behind whom. */
  waited: { us: number; behind: Actor | null };
  transaction: Transaction | null;
}

/** From this many visited elements on, a command is worth a warning. */
export const SLOW_UNITS = 1000;
/** A wait in the queue shorter than this is not worth a word. */
const WAITED_US_MIN = 50;

/** Commands that read and write in one step: what people reach for a lock for. */
const BOTH = /^(INCR|INCRBY|INCRBYFLOAT|DECR|DECRBY|APPEND|SETRANGE|SETBIT|BITFIELD|GETSET|GETDEL|GETEX|SETNX|MSETNX|HINCRBY|HINCRBYFLOAT|HSETNX|ZINCRBY|[LR]POP|LMOVE|RPOPLPUSH|SMOVE|SPOP|ZPOPMIN|ZPOPMAX)$/;
const CONDITION = /^(NX|XX|GT|LT|IFEQ|IFNE)$/;
const EMPTYING = /^FLUSH(ALL|DB)$/;
const LISTENING = /^[PS]?SUBSCRIBE$/;
const LEAVING = /^[PS]?UNSUBSCRIBE$/;
const PUBLISHING = /^S?PUBLISH$/;

/** Puts an explanation into words. */
export function tell(explanation: Explanation, nameOf: NameOf): Sentence {
  const say = words();
  switch (explanation.kind) {
    case 'ran': {
      const { story, reply, held } = explanation;
      const [verdict, ...reasons] = ran(story, reply, held, nameOf);
      return { client: story.client, verdict, reason: reasons.filter((each) => each !== '').join(' ') };
    }
    case 'holds':
      return holds(explanation.story, explanation.others.map(nameOf), nameOf(explanation.story.client));
    case 'collected':
      return { client: explanation.client, verdict: say.collected(nameOf(explanation.client), explanation.command), reason: say.collectedWhy(explanation.length) };
    case 'refused': {
      const { client, command, spoils, reply } = explanation;
      const why = reply?.type === 'error' ? because(reply.value, command) : '';
      return { client, verdict: say.refused(nameOf(client), command), reason: [why, say.refusedWhy, spoils ? say.spoils : ''].filter((each) => each !== '').join(' ') };
    }
    case 'late':
      return {
        client: explanation.client,
        verdict: say.late(nameOf(explanation.client)),
        reason: explanation.by === null ? say.lateWhy : say.freedWhy(nameOf(explanation.by.client), explanation.by.command),
      };
    case 'postponed':
      return { client: explanation.client, verdict: say.postponed(nameOf(explanation.client)), reason: say.postponedWhy };
    case 'expired':
      return { client: null, verdict: say.expired(text(explanation.key)), reason: say.expiredWhy };
  }
}

/** The first word of a command, as it is written. */
export function word(argv: readonly ByteString[]): string {
  return (argv[0] ?? '').toUpperCase();
}

/** `O(log(N)+M)` out of "O(log(N)+M) with N …"; empty without one. */
export function bigO(complexity: string): string {
  const start = complexity.indexOf('O(');
  if (start < 0) return '';
  let depth = 0;
  for (let i = start + 1; i < complexity.length; i++) {
    if (complexity[i] === '(') depth++;
    else if (complexity[i] === ')' && --depth === 0) return complexity.slice(start, i + 1);
  }
  return '';
}

/** The verdict, then what there is to say of it. */
function ran(story: Story, reply: Reply | null, held: readonly number[], nameOf: NameOf): [string, ...string[]] {
  const say = words();
  const name = nameOf(story.client);
  const command = word(story.argv);
  const args = story.argv.slice(1).map(text);
  const error = reply?.type === 'error' ? because(reply.value, command) : '';
  if (story.blocked !== null) {
    const { keys, deadline } = story.blocked;
    return [say.parked(name, keys.map(text)), say.parkedWhy(name, command, deadline === null ? null : deadline - story.at)];
  }
  if (command === 'EXEC') {
    const [verdict, reason] = executed(story, name, nameOf);
    return [verdict, error, reason];
  }
  if (story.error) return [say.refused(name, command), error, say.failedWhy, delayed(story, nameOf)];
  if (command === 'MULTI') return [say.multi(name), say.multiWhy];
  if (command === 'DISCARD') return [say.discard(name), say.discardWhy(story.transaction?.collected ?? 0)];
  if (command === 'WATCH') return [say.watch(name, args), say.watchWhy];
  if (command === 'UNWATCH') return [say.unwatch(name), say.unwatchWhy];
  if (LISTENING.test(command)) return [say.listens(name, args), say.listensWhy(name)];
  if (LEAVING.test(command)) return [say.leaves(name, args), say.leavesWhy];
  if (command === 'CLIENT' && args[0]?.toUpperCase() === 'PAUSE') return [say.paused(name), say.pausedWhy];
  if (command === 'SELECT') return [say.selects(name, args[0] ?? ''), say.selectsWhy];
  if (PUBLISHING.test(command)) return published(story, args[0] ?? '', reply, name, nameOf);
  if (story.served !== null) return [say.served(name), served(story, name, command, nameOf)];
  const answer = replied(story, reply, command);
  // Of nothing to do or no condition met it follows that nothing changed.
  const effect = answer === say.zero || answer === say.nilCondition ? '' : changes(story, command);
  return [say.ran(name, shown(story.argv)).replace('….', '…'), answer, effect, order(story),
    delayed(story, nameOf), held.length === 0 ? '' : say.heldUp(held.map(nameOf)), command === 'KEYS' && story.units >= SLOW_UNITS ? say.useScan : '', ending(story, command)];
}

/** What only the reply knows. */
function replied({ changed, argv }: Story, reply: Reply | null, command: string): string {
  const say = words();
  if (reply === null) return '';
  if (reply.type === 'nil') {
    if (changed.size > 0) return say.nilBefore;
    return argv.some((arg) => CONDITION.test(arg.toUpperCase())) ? say.nilCondition : say.nilNothing;
  }
  if (reply.type === 'integer' && reply.value === '0' && changed.size === 0 && /^(DEL|UNLINK|EXPIRE|PEXPIRE|EXPIREAT|PEXPIREAT|PERSIST|SREM|HDEL|ZREM|LREM|SETNX|HSETNX|MSETNX|SADD|COPY|RENAMENX|MOVE|SMOVE)$/.test(command)) return say.zero;
  if (/SCAN$/.test(command) && 'items' in reply) {
    const [cursor] = reply.items;
    return cursor !== undefined && 'value' in cursor && cursor.value === '0' ? say.scanEnd : say.scanPiece;
  }
  return '';
}

function published(story: Story, channel: string, reply: Reply | null, name: string, nameOf: NameOf): [string, ...string[]] {
  const say = words();
  const receivers = reply?.type === 'integer' ? Number(reply.value) : null;
  const verdict = receivers === null ? say.publishes(name, channel) : say.reached(channel, receivers);
  return receivers === 0 ? [verdict, say.nobodyListens] : [verdict, say.publishWhy, delayed(story, nameOf)];
}

/** Everybody who waits while a slow command holds the loop. */
function holds({ client, argv, units, cost, info }: Story, others: readonly string[], name: string): Sentence {
  const say = words();
  const command = word(argv);
  const verdict = others.length === 0 ? say.holds(command, cost) : say.waitFor(others, name);
  const scan = command === 'KEYS' ? say.useScan : '';
  return { client, verdict, reason: [say.holdsWhy(command, units, bigO(info?.complexity ?? ''), cost), others.length === 0 ? say.whoeverComes : '', scan].filter((each) => each !== '').join(' ') };
}

function executed(story: Story, name: string, nameOf: NameOf): [string, string] {
  const say = words();
  const { transaction, nested, failed } = story;
  const collected = transaction?.collected ?? 0;
  if (story.error) {
    if (transaction?.refused !== true) return [say.refused(name, 'EXEC'), say.noMulti];
    return [say.thrownAway(name), say.thrownAwayWhy(collected)];
  }
  if (nested === 0 && collected > 0) {
    const { spoiled } = transaction as Transaction;
    const culprit = spoiled === null ? null : { key: text(spoiled.key), by: nameOf(spoiled.by.client), command: spoiled.by.command };
    return [say.notRun(name), say.notRunWhy(culprit, collected)];
  }
  if (nested === 0) return [say.empty(name), say.emptyWhy];
  const writes = transaction?.others ?? [];
  const other = writes.find(({ key }) => story.changed.has(key)) ?? writes[0];
  const open = other === undefined ? say.othersCould : say.otherDid(nameOf(other.by.client), other.by.command, text(other.key), story.changed.has(other.key));
  return [say.whole(name), [say.wholeWhy(nested), failed === 0 ? '' : say.someFailed(failed), open].filter((each) => each !== '').join(' ')];
}

function served({ served: service, waited }: Story, name: string, command: string, nameOf: NameOf): string {
  const say = words();
  const { key, by, left } = service as NonNullable<Story['served']>;
  const source = by === null ? say.arrived(text(key)) : say.put(nameOf(by.client), by.command, text(key));
  const rest = left.length === 0 ? '' : ` ${say.waitOn(left.map(nameOf))}`;
  return `${source} ${say.servedWhy(name, command, waited.us)}${rest}`;
}

function changes({ changed, lapsed, info }: Story, command: string): string {
  const say = words();
  if (EMPTYING.test(command)) return say.emptied(command === 'FLUSHALL');
  const keys = [...changed].filter(([key]) => !lapsed.includes(key));
  const named = (wanted: (event: string) => boolean): string[] => keys.filter(([, event]) => wanted(event)).map(([key]) => text(key));
  const deleted = named((event) => event === 'del');
  const dated = named((event) => event === 'expire');
  const undated = named((event) => event === 'persist');
  const written = named((event) => !/^(del|expire|persist)$/.test(event));
  const out = [
    written.length === 0 ? '' : say.changed(written),
    deleted.length === 0 ? '' : say.deleted(deleted),
    dated.length === 0 ? '' : say.dated(dated),
    undated.length === 0 ? '' : say.undated(undated),
    lapsed.length === 0 ? '' : say.lapsed(lapsed.map(text)),
  ].filter((each) => each !== '');
  if (keys.length === 0 && (info?.firstKey ?? 0) > 0) out.unshift(say.changedNothing);
  return out.join(' ');
}

function order({ argv, info, units, cost }: Story): string {
  const say = words();
  const command = info?.name ?? word(argv);
  const n = bigO(info?.complexity ?? '');
  if (n === 'O(1)' && units <= 1) return say.constant(command, cost);
  return n === '' ? say.visited(units, cost) : say.order(command, n, units, cost);
}

function delayed({ client, waited }: Story, nameOf: NameOf): string {
  const { us, behind } = waited;
  if (us < WAITED_US_MIN) return '';
  if (behind === null) return words().stood(us);
  return words().stoodBehind(us, behind.client === client ? null : nameOf(behind.client), behind.command);
}

function ending({ notified, changed, argv }: Story, command: string): string {
  if (notified > 0) return words().notified(notified);
  const both = BOTH.test(command) || (command === 'SET' && argv.slice(3).some((arg) => CONDITION.test(arg.toUpperCase()) || arg.toUpperCase() === 'GET'));
  return both && changed.size > 0 ? words().noLock : '';
}

function because(error: ByteString, command: string): string {
  const say = words();
  const [code] = error.split(' ');
  if (code === 'WRONGTYPE') return say.wrongType(command);
  if (code === 'EXECABORT' || /^ERR EXEC without/.test(error)) return '';
  if (/^ERR unknown command/.test(error)) return say.unknown(command);
  if (/^ERR wrong number of arguments/.test(error)) return say.arity(command);
  if (/^ERR value is not an integer/.test(error)) return say.notInteger(command);
  return say.replySays(text(error).replace(/(?<![.?!])$/, '.'));
}

function shown(argv: readonly ByteString[]): string {
  const some = argv.slice(0, WORDS_SHOWN).map((word) => `${text(join([word.slice(0, BYTES_SHOWN)]))}${word.length > BYTES_SHOWN ? '…' : ''}`);
  return [...some, ...(argv.length > WORDS_SHOWN ? ['…'] : [])].join(' ');
}
