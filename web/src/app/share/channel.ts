// Between the tabs that have one session open: who writes it (a Web Lock), and what it does (a BroadcastChannel).
//
// The lock's holder writes; whoever comes later follows and waits for the lock. Followers get inputs, not pictures: their
// own engine does what the writer's does. Browsers without locks or channels have one tab a session.

import type { Position, Recorded, Recording } from '../../model/recording.ts';

/** News and locks reach another tab in no certain order: locks are let go this much later. */
const LINGER_MS = 500;

/** What a writer tells. */
export type News =
  /** All of it, for somebody who has just come. `since`: when the writer's page was opened, in ms. */
  | { type: 'whole'; recording: Recording; since: number }
  /** What came since; `from` is the number of inputs before it. */
  | { type: 'more'; from: number; entries: readonly Recorded[]; end: Position; names: [number, string][] }
  /** The writer has gone to another session. */
  | { type: 'moved'; to: string };
type Message = News | { type: 'hello' };

/** The writer's end. `whole` says what to tell newcomers. */
export class Writer {
  /** Whether anybody follows. */
  followed = false;
  readonly #channel = channel();
  readonly #release: () => void;

  constructor(id: string, release: () => void, whole: () => News) {
    this.#release = release;
    this.#channel?.open(id, (message) => {
      if (message.type !== 'hello') return;
      this.followed = true;
      this.tell(whole());
    });
  }

  tell(news: News): void {
    if (this.followed) this.#channel?.post(news);
  }

  /** Lets another tab write; one that follows hears first where this tab has gone. */
  close(): void {
    this.#channel?.close();
    if (this.followed) setTimeout(this.#release, LINGER_MS);
    else this.#release();
  }
}

/** A follower's end. `heard` gets the news; `free` is called when this tab may write. */
export class Follower {
  readonly #channel = channel();
  readonly #waiting = new AbortController();

  constructor(id: string, heard: (news: News) => void, free: (release: () => void) => void) {
    this.#channel?.open(id, (message) => {
      if (message.type !== 'hello') heard(message);
    });
    this.hello();
    void lock(id, { signal: this.#waiting.signal }).then((release) => {
      if (release !== null) free(release);
    });
  }

  /** Asks for all of it. */
  hello(): void {
    this.#channel?.post({ type: 'hello' });
  }

  /** Ends it. After `free` the lock is the caller's. */
  close(): void {
    this.#channel?.close();
    this.#waiting.abort();
  }
}

/**
 * Takes a session's lock: now or not at all, or with `signal` as soon as it is free. Gives what releases it, or `null`
 * when it was not to be had.
 */
export function lock(id: string, wait?: { signal: AbortSignal }): Promise<(() => void) | null> {
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    const hold = (granted: Lock | null): Promise<void> | undefined => {
      if (granted === null) {
        resolve(null);
        return undefined;
      }
      return new Promise((release) => resolve(release));
    };
    const asked = locks.request(name(id), wait ?? { ifAvailable: true }, hold);
    // Given up, or not allowed here.
    asked.catch(() => resolve(wait === undefined ? () => undefined : null));
  });
}

function channel(): { open(id: string, heard: (message: Message) => void): void; post(message: Message): void; close(): void } | null {
  if (typeof BroadcastChannel === 'undefined') return null;
  let opened: BroadcastChannel | null = null;
  return {
    open(id, heard): void {
      try {
        opened = new BroadcastChannel(name(id));
      } catch {
        // Not allowed here, in a sandboxed frame for one: then nobody follows.
        return;
      }
      opened.onmessage = (event: MessageEvent<Message>): void => heard(event.data);
    },
    post: (message): void => opened?.postMessage(message),
    close: (): void => opened?.close(),
  };
}

function name(id: string): string {
  return `redloop-session-${id}`;
}
