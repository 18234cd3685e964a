// Messages of channels, as an async iterator. What nobody has read yet waits in a bounded queue: the oldest goes first,
// and is counted, so that a reader who sleeps costs no memory without end.

import type { Value } from './values.ts';

/** A message that was published. */
export interface Message {
  channel: string;
  /** The pattern that it came by, for `psubscribe`. */
  pattern: string | null;
  /** Text, or bytes where the client was asked for bytes. */
  message: Value;
}

/** Messages kept for a reader who is late. */
export const MESSAGES_MAX = 10_000;

/** A subscription: `for await (const { channel, message } of subscription) …`. */
export class Subscription implements AsyncIterable<Message> {
  /** Messages that were lost because nobody read them: more than {@link MESSAGES_MAX} had come. */
  lost = 0;
  #queue: Message[] = [];
  #readers: ((result: IteratorResult<Message>) => void)[] = [];
  #ended = false;
  #leave: () => Promise<void>;

  /** @internal */
  constructor(leave: () => Promise<void>) {
    this.#leave = leave;
  }

  /** Unsubscribes; whoever iterates is done. */
  async unsubscribe(): Promise<void> {
    if (this.#ended) return;
    this.end();
    await this.#leave();
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return {
      next: () => {
        const message = this.#queue.shift();
        if (message !== undefined) return Promise.resolve({ value: message, done: false });
        if (this.#ended) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => this.#readers.push(resolve));
      },
      return: async () => {
        await this.unsubscribe();
        return { value: undefined, done: true };
      },
    };
  }

  /** @internal */
  push(message: Message): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader({ value: message, done: false });
    else if (this.#queue.push(message) > MESSAGES_MAX) {
      this.#queue.shift();
      this.lost++;
    }
  }

  /** @internal No message will come any more. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader({ value: undefined, done: true });
  }
}
