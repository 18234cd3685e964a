// The words: from what is known of a command when it has ended, the most instructive sentence and its reason.
//
// The tone is that of a colleague at the next chair: what happened, then why. The reply comes later than the rest; it
// adds what only it knows (`answered`).

import { join } from '../args.ts';
import { text, type ByteString } from '../bytes.ts';
import type { CommandInfo, Micros } from '../engine.ts';
import type { Reply } from '../resp.ts';
import { count, duration, plural } from '../units.ts';
import type { Actor, Transaction } from './isolation.ts';

/** A short verdict, and the reason. `client` gives the verdict its colour. */
export interface Explanation {
  client: number | null;
  verdict: string;
  reason: string;
}

/** How the page calls a client. */
export type NameOf = (client: number) => string;

/** What is known when a command has ended. */
export interface Story {
  client: number;
  argv: readonly ByteString[];
  info: CommandInfo | undefined;
  at: Micros;
  /** Keys that it changed, and keys that it found expired. */
  changed: ByteString[];
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
const LISTED_MAX = 3;

/** What a command did. */
export function tell(story: Story, nameOf: NameOf): Explanation {
  const { client } = story;
  const name = nameOf(client);
  const command = word(story.argv);
  const say = (verdict: string, reason: string): Explanation => ({ client, verdict, reason });
  if (story.blocked !== null) return say(`${name} is parked on ${list(story.blocked.keys.map(text))}.`, parked(story, command));
  if (command === 'EXEC') return say(...executed(story, name, nameOf));
  if (story.error) return say(`${name}'s ${command} was refused.`, 'An error is a reply like any other: it took its turn on the loop and changed nothing.');
  switch (command) {
    case 'MULTI':
      return say(`${name} starts collecting.`, 'From here its commands are queued, not run, and nobody else is held up: MULTI is not a lock.');
    case 'DISCARD':
      return say(`${name} gives the transaction up.`, `${plural(story.transaction?.collected ?? 0, 'collected command')} will never run, and nothing is watched any more. There is nothing to undo.`);
    case 'WATCH':
      return say(`${name} watches ${list(story.argv.slice(1).map(text))}.`, 'Nobody is kept from writing. But if somebody does before EXEC, that EXEC runs nothing and answers nil.');
    case 'SUBSCRIBE':
    case 'PSUBSCRIBE':
    case 'SSUBSCRIBE':
      return say(`${name} listens to ${list(story.argv.slice(1).map(text))}.`, 'What is published from now on is copied to it within the publisher\'s own turn. What was published before is gone.');
    case 'PUBLISH':
    case 'SPUBLISH':
      return say(`${name} publishes to ${text(story.argv[1] ?? '')}.`, `The message is copied to every subscriber within this one task. It is not stored anywhere.${delayed(story, nameOf)}`);
    default:
  }
  if (story.served !== null) return say(`${name} is served.`, served(story, command, nameOf));
  return say(`${name} ran ${shown(story.argv)}.`, `${changes(story)} ${order(story, command)}${delayed(story, nameOf)}${ending(story)}`);
}

/** What only the reply knows. `null`: nothing to add. */
export function answered(told: Explanation, argv: readonly ByteString[], reply: Reply): Explanation | null {
  const command = word(argv);
  if (reply.type === 'error') return { ...told, reason: `${because(reply.value, command)} ${told.reason}`.trim() };
  if (/^S?PUBLISH$/.test(command) && reply.type === 'integer') {
    const receivers = Number(reply.value);
    const reason = receivers === 0 ? 'Nobody listens, and messages are not kept: this one is gone.' : told.reason;
    return { ...told, verdict: `${text(argv[1] ?? '')} reached ${plural(receivers, 'subscriber')}.`, reason };
  }
  if (reply.type === 'nil' && / ran /.test(told.verdict)) return { ...told, reason: `There was nothing there, so the answer is nil. ${told.reason}` };
  return null;
}

/** Everybody who waits while a slow command holds the loop. */
export function held(story: Story, others: readonly number[], nameOf: NameOf): Explanation {
  const command = word(story.argv);
  const verdict = others.length === 0
    ? `${command} holds the loop for ${duration(story.cost)}.`
    : `${list(others.map(nameOf))} ${others.length === 1 ? 'waits' : 'wait'} for ${nameOf(story.client)}.`;
  const n = bigO(story.info?.complexity ?? '');
  const advice = command === 'KEYS' ? ' SCAN does the same work in small turns.' : '';
  const reason = `${command} visits ${plural(story.units, 'element')}${n === '' ? '' : ` (it is ${n})`} before it answers, ${duration(story.cost)} in all, and there is one thread.${advice}`;
  return { client: story.client, verdict, reason };
}

/** The first word of a command, as it is written. */
export function word(argv: readonly ByteString[]): string {
  return (argv[0] ?? '').toUpperCase();
}

/** `a, b and c`; of many the first ones. */
export function list(names: readonly string[]): string {
  if (names.length > LISTED_MAX + 1) return `${names.slice(0, LISTED_MAX).join(', ')} and ${count(names.length - LISTED_MAX)} more`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function parked({ blocked, at }: Story, command: string): string {
  const until = blocked?.deadline == null ? 'for as long as it takes' : `for at most ${duration(blocked.deadline - at)}`;
  return `There is nothing to take, so ${command} waits ${until}. Waiting costs nothing: the loop goes on without it.`;
}

function executed(story: Story, name: string, nameOf: NameOf): [string, string] {
  const { transaction, nested, failed } = story;
  const collected = transaction?.collected ?? 0;
  if (story.error) {
    if (transaction?.refused !== true) return [`${name}'s EXEC was refused.`, 'There is no MULTI that it would end.'];
    return [`${name}'s transaction was thrown away.`, `A command had been refused while it was collected, so EXEC ran none of the other ${count(collected)}.`];
  }
  if (nested === 0 && collected > 0) {
    const { spoiled } = transaction as Transaction;
    const who = spoiled === null ? 'A watched key changed before EXEC' : `${text(spoiled.key)} was watched, and ${nameOf(spoiled.by.client)}'s ${spoiled.by.command} wrote it before EXEC`;
    return [`${name}'s transaction did not run.`, `${who}: so of its ${plural(collected, 'command')} none ran, and the answer is nil. Read again, decide again, try again.`];
  }
  if (nested === 0) return [`${name}'s transaction was empty.`, 'EXEC had nothing to run.'];
  const whole = `EXEC ran ${plural(nested, 'queued command')} in one task, so nobody could come between them.`;
  const errors = failed === 0 ? '' : ` ${count(failed)} of them failed and the rest stands: there is no rollback.`;
  const writes = transaction?.others ?? [];
  const other = writes.find(({ key }) => story.changed.includes(key)) ?? writes[0];
  const open = other === undefined
    ? ' Until EXEC, other clients could: MULTI is not a lock.'
    : ` But between MULTI and EXEC ${nameOf(other.by.client)}'s ${other.by.command} changed ${text(other.key)}${story.changed.includes(other.key) ? ', which this transaction writes too' : ''}: MULTI is not a lock.`;
  return [`${name}'s transaction ran whole.`, whole + errors + open];
}

function served({ client, served: service, waited }: Story, command: string, nameOf: NameOf): string {
  const { key, by, left } = service as NonNullable<Story['served']>;
  const source = by === null ? `Something arrived in ${text(key)}.` : `${nameOf(by.client)}'s ${by.command} put something into ${text(key)}.`;
  const rest = left.length === 0 ? '' : ` ${list(left.map(nameOf))} ${left.length === 1 ? 'waits' : 'wait'} on.`;
  const since = waited.us > 0 ? `, after ${duration(waited.us)},` : '';
  return `${source} ${nameOf(client)} had waited longest, so its saved ${command} runs again${since} before anybody's next command.${rest}`;
}

function changes({ changed, lapsed }: Story): string {
  const gone = lapsed.length === 0 ? '' : ` ${list(lapsed.map(text))} had expired: whoever looks first deletes it.`;
  const keys = changed.filter((key) => !lapsed.includes(key));
  return (keys.length === 0 ? 'It changed no key.' : `It changed ${list(keys.map(text))}.`) + gone;
}

function order({ info, units, cost }: Story, command: string): string {
  const n = bigO(info?.complexity ?? '');
  const time = `${duration(cost)} on the loop`;
  if (n === 'O(1)' && units <= 1) return `${command} is O(1): ${time}, however much there is.`;
  const visited = `visited ${plural(units, 'element')}`;
  return n === '' ? `It ${visited}, ${time}.` : `${command} is ${n}: here it ${visited}, ${time}.`;
}

function delayed({ client, waited }: Story, nameOf: NameOf): string {
  const { us, behind } = waited;
  if (us < WAITED_US_MIN) return '';
  if (behind === null) return ` It had stood in the queue for ${duration(us)}.`;
  return ` It had stood in the queue for ${duration(us)}, behind ${behind.client === client ? 'its own' : `${nameOf(behind.client)}'s`} ${behind.command}.`;
}

function ending({ notified, changed }: Story): string {
  if (notified > 0) return ` ${plural(notified, 'keyspace notification')} went out in the same task.`;
  return changed.length === 0 ? '' : ' One command at a time on one thread: that is why it needs no lock.';
}

function because(error: ByteString, command: string): string {
  const [code] = error.split(' ');
  if (code === 'WRONGTYPE') return `The key holds another type than ${command} works on.`;
  if (code === 'EXECABORT' || /^ERR EXEC without/.test(error)) return '';
  if (/^ERR unknown command/.test(error)) return `No command is called ${command}.`;
  if (/^ERR wrong number of arguments/.test(error)) return `${command} takes another number of arguments.`;
  if (/^ERR value is not an integer/.test(error)) return `${command} needs a whole number of 64 bits, and got or found something else.`;
  return `The reply says: ${text(error).replace(/[.]?$/, '.')}`;
}

function shown(argv: readonly ByteString[]): string {
  return `${text(join(argv.slice(0, 4)))}${argv.length > 4 ? ' …' : ''}`;
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
