// Which reply answers which command: one client's side of the protocol.
//
// Replies come in the order of the commands. Three things come unasked or oftener: messages (push frames, in RESP2
// arrays that begin with their kind), the lines of MONITOR, and the confirmations of SUBSCRIBE and its like, one for each
// channel. CLIENT REPLY OFF would leave commands without any answer, so that is refused before it is sent.

import { unpack, type ByteString } from '../model/bytes.ts';
import { Decoder, type Reply } from '../model/resp.ts';

/** Who waits for the answer of one command. */
export interface Waiting {
  /** The command's name, upper case. */
  name: string;
  /** Confirmations still to come, for SUBSCRIBE and its like; otherwise 1. */
  left: number;
  got: Reply[];
  /** `null`: the connection was closed before the answer came. */
  answer(reply: Reply | null): void;
}

const SUBSCRIBING = new Set(['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE']);
const MESSAGES = new Set(['message', 'pmessage', 'smessage']);
const MONITORED = /^\d+\.\d+ \[/;

/** The conversation of one client. */
export class Conversation {
  open = true;
  /** What comes without having been asked for. */
  onPush: (reply: Reply) => void = () => undefined;
  onClose: () => void = () => undefined;
  #decoder = new Decoder();
  #waiting: Waiting[] = [];
  #monitoring = false;
  /** `SUBSCRIBE news` as `S news`, by the confirmations. */
  #subscribed = new Set<ByteString>();

  /** Whether a command waits for its answer. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** A command is about to be sent. */
  expect(name: string, args: readonly ByteString[], answer: Waiting['answer']): void {
    this.#waiting.push({ name, left: this.#answers(name, args), got: [], answer });
  }

  /** Reply bytes arrived. */
  reply(bytes: Uint8Array): void {
    for (const { reply } of this.#decoder.push(unpack(bytes))) this.#take(reply);
  }

  /** The connection is gone. */
  closed(): void {
    if (!this.open) return;
    this.open = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) each.answer(null);
    this.onClose();
  }

  /** The same conversation with a copy of the engine; nobody hears there of what was asked here. */
  fork(): Conversation {
    const copy = new Conversation();
    copy.open = this.open;
    copy.#waiting = this.#waiting.map((each) => ({ ...each, got: each.got.slice(), answer: () => undefined }));
    copy.#monitoring = this.#monitoring;
    copy.#subscribed = new Set(this.#subscribed);
    return copy;
  }

  #take(reply: Reply): void {
    const first = this.#waiting[0];
    const kind = kindOf(reply);
    const confirms = SUBSCRIBING.has(kind.toUpperCase()) && (reply.type === 'push' || reply.type === 'array');
    if (confirms && first !== undefined && kind.toUpperCase() === first.name) {
      this.#confirmed(kind, reply);
      first.got.push(reply);
      if (--first.left > 0) return;
      this.#waiting.shift();
      first.answer(first.got.length === 1 ? reply : { type: 'array', items: first.got });
    } else if (first === undefined || this.#isPush(reply, kind)) {
      if (confirms) this.#confirmed(kind, reply);
      this.onPush(reply);
    } else {
      this.#waiting.shift();
      if (reply.type === 'status') this.#switched(first.name, reply.value);
      first.answer(reply);
    }
  }

  #isPush(reply: Reply, kind: string): boolean {
    if (reply.type === 'push') return true;
    if (reply.type === 'status') return this.#monitoring && MONITORED.test(reply.value);
    return reply.type === 'array' && this.#subscribed.size > 0 && MESSAGES.has(kind);
  }

  #switched(name: string, status: ByteString): void {
    if (name === 'MONITOR' && status === 'OK') this.#monitoring = true;
    if (name !== 'RESET') return;
    this.#monitoring = false;
    this.#subscribed.clear();
  }

  #confirmed(kind: string, reply: Reply): void {
    const channel = 'items' in reply ? reply.items[1] : undefined;
    if (channel?.type !== 'bulk') return;
    const entry = `${family(kind)} ${channel.value}`;
    if (kind.includes('unsubscribe')) this.#subscribed.delete(entry);
    else this.#subscribed.add(entry);
  }

  /** How many confirmations a command gets. */
  #answers(name: string, args: readonly ByteString[]): number {
    if (!SUBSCRIBING.has(name)) return 1;
    if (args.length > 0) return args.length;
    const all = [...this.#subscribed].filter((entry) => entry.startsWith(`${family(name)} `));
    return Math.max(1, all.length);
  }
}

/** `S`, `P` or `SS`: plain channels, patterns, shard channels. */
function family(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('P') ? 'P' : upper.startsWith('SS') || upper.startsWith('SUN') ? 'SS' : 'S';
}

function kindOf(reply: Reply): string {
  const first = 'items' in reply ? reply.items[0] : undefined;
  return first?.type === 'bulk' ? first.value.toLowerCase() : '';
}
