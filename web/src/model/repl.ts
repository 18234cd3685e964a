// One client's conversation as redis-cli would show it: prompts, commands, replies, in a bounded log.
//
// The prompt's state (database, transaction, subscriptions) comes from the engine's view of the client, so it cannot
// disagree with the engine. Replies are matched to commands in order; what arrives without a command is a push.

import { encode, join, repeated, split } from './args.ts';
import { shown, text, utf8, type ByteString } from './bytes.ts';
import type { ClientView } from './engine.ts';
import { format, formatRaw, isRaw } from './format.ts';
import type { Position } from './recording.ts';
import { Decoder, ProtocolError, type Reply, type Whole } from './resp.ts';
import { words } from './words/client.ts';

/** One line or reply in a client's log, and the instant it came. */
export interface Entry extends Position {
  /** Grows by one per entry: a stable key for lists. */
  id: number;
  kind: 'command' | 'reply' | 'push' | 'note' | 'help';
  /** The prompt in front of a command. */
  prompt: string;
  text: string;
  /** How to colour a reply. */
  tone: 'plain' | 'error' | 'number' | 'string' | 'faint';
  /** What the views other than text are made of; `null` for remarks, and for what is too old to be kept. */
  wire: Wire | null;
}

/** A command as it was sent (`reply` is `null`), or a reply to `argv`. */
export interface Wire {
  argv: readonly ByteString[];
  reply: Reply | null;
  bytes: ByteString;
}

/** A command that was sent and has not been answered. */
export interface Pending {
  argv: readonly ByteString[];
  /** As it was typed, without a repeat prefix. */
  line: string;
}

/** A reply and the command it answers; without one it is a push. */
export interface Received {
  reply: Reply;
  command: Pending | undefined;
}

/** What entering a line amounts to. */
export type Entered =
  | { kind: 'send'; commands: Pending[] }
  | { kind: 'clear' }
  | { kind: 'nothing' };

/** How many entries, and how many characters of one reply, a log keeps. */
export const ENTRIES_MAX = 400;
export const REPLY_LINES_MAX = 120;
/** Bytes of replies that are kept for the other views; the oldest go first. */
const KEPT_BYTES_MAX = 8_000_000;

const SUBSCRIBING = new Set(['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE']);
const CONFIRMS = new Set([...SUBSCRIBING].map((name) => name.toLowerCase()));
const MESSAGES = new Set(['message', 'pmessage', 'smessage']);

/** A client's log and the commands it waits for. */
export class Repl {
  entries: Entry[] = [];
  pending: Pending[] = [];
  readonly #decoder = new Decoder();
  /** Where the session is now. */
  readonly #here: Readonly<Position>;
  #ids = 0;
  #kept = 0;
  /** What the client listens to, as its replies say: by kind and name. */
  #heard = new Set<string>();
  /** What CLIENT REPLY has asked for: nothing from now on, nothing to the next command. */
  #silent: 'no' | 'next' | 'all' = 'no';
  #multi = false;
  /** Lines that were sent and of which nobody has said yet when they arrived. */
  #sent: Entry[] = [];

  constructor(here: Readonly<Position>) {
    this.#here = here;
  }

  /** Reads a typed line. A bad line leaves redis-cli's message in the log. */
  enter(line: string, prompt: string): Entered {
    if (line.trim() === '') return { kind: 'nothing' };
    if (/^\s*clear\s*$/i.test(line)) {
      this.entries = [];
      this.#kept = 0;
      return { kind: 'clear' };
    }
    const argv = split(utf8(line));
    if (argv === undefined || argv.length === 0) {
      this.#add('command', shown(line), 'plain', prompt);
      this.#add('note', 'Invalid argument(s)', 'faint');
      return { kind: 'nothing' };
    }
    const { times, argv: command } = repeated(argv);
    this.#sent.push(this.#add('command', shown(line), 'plain', prompt, { argv: command, reply: null, bytes: encode(command) }));
    const once = argv === command ? line.trim() : text(join(command));
    const commands = Array.from({ length: times }, () => ({ argv: command, line: once }));
    this.pending.push(...commands.filter(({ argv: sent }) => this.#answered(sent)));
    return { kind: 'send', commands };
  }

  /** So many of the lines that were sent have arrived at this instant. */
  arrived(lines: number, { turns, at }: Position): void {
    for (const entry of this.#sent.splice(0, lines)) Object.assign(entry, { turns, at });
  }

  /** Takes reply bytes; returns the replies that became whole, as they were printed. */
  receive(bytes: ByteString): Received[] {
    let replies: Whole[];
    try {
      replies = this.#decoder.push(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#add('note', words().protocolError(error.message), 'error');
      return [];
    }
    return replies.map((whole) => this.#reply(whole));
  }

  /** A remark of the page's own. */
  note(remark: string): void {
    this.#add('note', remark, 'faint');
  }

  /** A line that the page answers itself, and its answer. */
  answered(line: string, prompt: string, answer: string): void {
    this.#add('command', shown(line), 'plain', prompt);
    this.#add('help', answer, 'plain');
  }

  #reply({ reply, bytes: wire }: Whole): Received {
    const push = this.#isPush(reply);
    const command = push ? undefined : this.#matched(reply);
    const bytes = command !== undefined && isRaw(command.argv) ? formatRaw(reply) : format(reply);
    this.#add(push ? 'push' : 'reply', cut(text(bytes)), tone(reply), '', { argv: command?.argv ?? [], reply, bytes: wire });
    return { reply, command };
  }

  /** Whether the next command that is sent will be answered. */
  #answered(argv: readonly ByteString[]): boolean {
    const [name, second, third] = argv.map((word) => word.toUpperCase());
    if (name === 'MULTI') this.#multi = true;
    if (name === 'EXEC' || name === 'DISCARD' || name === 'RESET') this.#multi = false;
    if (name === 'RESET') this.#silent = 'no';
    if (name === 'CLIENT' && second === 'REPLY' && argv.length === 3 && !this.#multi) {
      if (third === 'ON') this.#silent = 'no';
      if (third === 'OFF') this.#silent = 'all';
      if (third === 'SKIP' && this.#silent === 'no') this.#silent = 'next';
      if (third === 'OFF' || third === 'SKIP') return false;
    }
    if (this.#silent === 'next') {
      this.#silent = 'no';
      return false;
    }
    return this.#silent === 'no';
  }

  /** Messages are pushes, and in RESP2 they are arrays that begin with their kind. */
  #isPush(reply: Reply): boolean {
    if (reply.type === 'push') return !CONFIRMS.has(kindOf(reply));
    return reply.type === 'array' && MESSAGES.has(kindOf(reply)) && (reply.items.length === 3 || reply.items.length === 4);
  }

  /** One SUBSCRIBE is answered once for each channel, UNSUBSCRIBE for each it ends; the command is done with the last. */
  #matched(reply: Reply): Pending | undefined {
    const command = this.pending[0];
    if (command === undefined) return undefined;
    const name = (command.argv[0] ?? '').toUpperCase();
    if (name === 'RESET') this.#heard.clear();
    if (SUBSCRIBING.has(name) && CONFIRMS.has(kindOf(reply)) && 'items' in reply && !this.#confirmed(kindOf(reply), reply.items[1], command.argv)) return command;
    this.pending.shift();
    return command;
  }

  /** Whether a confirmation is the last of its command. */
  #confirmed(kind: string, place: Reply | undefined, argv: readonly ByteString[]): boolean {
    const name = place?.type === 'bulk' ? place.value : null;
    const family = `${kind.replace(/(un)?subscribe$/, '')} `;
    if (!kind.includes('un')) this.#heard.add(family + name);
    else this.#heard.delete(family + name);
    if (argv.length > 1) return name === null || name === argv.at(-1);
    return name === null || ![...this.#heard].some((each) => each.startsWith(family));
  }

  #add(kind: Entry['kind'], shown: string, colour: Entry['tone'], prompt = '', wire: Wire | null = null): Entry {
    const { turns, at } = this.#here;
    const entry: Entry = { turns, at, id: ++this.#ids, kind, text: shown, tone: colour, prompt, wire };
    this.entries.push(entry);
    this.#kept += wire?.bytes.length ?? 0;
    if (this.entries.length > ENTRIES_MAX) {
      for (const old of this.entries.splice(0, this.entries.length - ENTRIES_MAX)) this.#kept -= old.wire?.bytes.length ?? 0;
    }
    for (let i = 0; this.#kept > KEPT_BYTES_MAX && i < this.entries.length; i++) {
      const old = this.entries[i] as Entry;
      this.#kept -= old.wire?.bytes.length ?? 0;
      old.wire = null;
    }
    return entry;
  }
}

/** The prompt: `alice>`, `alice[2]>`, `alice(TX)>`, `alice(subscribed mode)>`. */
export function prompt(name: string, view: ClientView | undefined): string {
  const db = view !== undefined && view.db !== 0 ? `[${view.db}]` : '';
  if (view !== undefined && view.subscriptions > 0) return `${name}${db}(subscribed mode)>`;
  return `${name}${db}${view !== undefined && view.multi !== null ? '(TX)' : ''}>`;
}

function kindOf(reply: Reply): string {
  const first = 'items' in reply ? reply.items[0] : undefined;
  return first?.type === 'bulk' ? first.value.toLowerCase() : '';
}

function tone(reply: Reply): Entry['tone'] {
  switch (reply.type) {
    case 'error':
      return 'error';
    case 'integer':
    case 'double':
    case 'boolean':
    case 'bignumber':
      return 'number';
    case 'nil':
      return 'faint';
    case 'bulk':
      return 'string';
    default:
      return 'plain';
  }
}

/** The first lines of something long, and how many there are more. */
export function cut(shown: string): string {
  let at = -1;
  for (let lines = 0; lines < REPLY_LINES_MAX; lines++) {
    at = shown.indexOf('\n', at + 1);
    if (at < 0) return shown.length > 20_000 ? `${shown.slice(0, 20_000)}…` : shown;
  }
  const rest = shown.slice(at + 1).split('\n').length;
  return `${shown.slice(0, at)}\n${words().moreLines(rest)}`;
}
