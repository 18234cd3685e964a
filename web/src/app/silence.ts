// Notices when the worker does not answer: it runs one task to its end, so a command that takes long keeps it silent.
//
// Whoever has something to expect says so. After half a second of silence the worker is asked whether it is there, since
// not every request has an answer of its own; after a second it counts as busy, and the page offers to stop it.

/** After this much silence the worker is asked. */
const ASK_MS = 500;
/** After this much it is busy. */
export const BUSY_MS = 1000;
const EVERY_MS = 250;

export class Silence {
  readonly #ask: () => void;
  readonly #tell: (ms: number | null) => void;
  #since: number | null = null;
  #asked = false;
  #told = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `ask` makes a living worker say something; `tell` hears for how long it has been busy, and `null` when no longer. */
  constructor(ask: () => void, tell: (ms: number | null) => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** The worker has something to do. */
  expect(): void {
    if (this.#since !== null) return;
    this.#since = performance.now();
    this.#asked = false;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** The worker said something; `more`: and it is not done. */
  heard(more: boolean): void {
    this.end();
    if (more) this.expect();
  }

  /** There is nobody to listen to. */
  end(): void {
    clearInterval(this.#timer);
    this.#since = null;
    if (!this.#told) return;
    this.#told = false;
    this.#tell(null);
  }

  #look(): void {
    const silent = performance.now() - (this.#since ?? 0);
    if (silent >= ASK_MS && !this.#asked) {
      this.#asked = true;
      this.#ask();
    }
    if (silent < BUSY_MS) return;
    this.#told = true;
    this.#tell(silent);
  }
}
