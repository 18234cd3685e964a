// Who draws in which frame, while the session moves faster than the page can draw all of it. As long as the browser keeps
// up, everybody draws when they like. When frames come late, the views take turns: one half draws in a frame, the other
// half in the next. What is shown is then a frame older, but the page goes on at the screen's speed. What the user
// does to a view waits for no turn (`base.ts`): the next key would meet what the last one has left.

/** Which half a view belongs to. Both are about as costly to draw. */
export type Half = 0 | 1;

/** From frame to frame: more than this was late. Screens show 60 frames a second or more. */
const LATE_MS = 25;
/** Late ones among so many frames … */
const LOOKED_AT = 20;
/** … from which on turns are taken. A single one may have been anything. */
const LATE_MIN = 3;
/** Frames for which turns are taken; then the browser gets another try. */
const TURNS = 600;
/** Without a wish to draw for so many frames, nobody counts them any more. */
const QUIET = 10;

/** The turns of one page. */
export class Turns {
  readonly #request: (frame: (now: number) => void) => void;
  /** Whether frames are being counted. */
  #counting = false;
  #number = 0;
  #last: number | null = null;
  #quiet = 0;
  #late: boolean[] = [];
  /** Frames until everybody may draw again. */
  #left = 0;
  #waiting: [(() => void)[], (() => void)[]] = [[], []];

  constructor(request: (frame: (now: number) => void) => void) {
    this.#request = request;
  }

  /** Tells when a view of this half may draw: at once (`null`), or in a coming frame. */
  wait(half: Half): Promise<void> | null {
    this.#quiet = 0;
    if (!this.#counting) {
      this.#counting = true;
      this.#last = null;
      this.#request(this.#frame);
    }
    return this.#left === 0 ? null : new Promise((resolve) => this.#waiting[half].push(resolve));
  }

  readonly #frame = (now: number): void => {
    this.#number += 1;
    this.#quiet += 1;
    if (this.#last !== null) this.#took(now - this.#last);
    this.#last = now;
    // Who asks in this frame waits for the next one.
    const halves = this.#left === 0 ? [0, 1] as const : [(this.#number % 2) as Half];
    for (const half of halves) for (const draw of this.#waiting[half].splice(0)) draw();
    this.#counting = this.#quiet < QUIET || this.#waiting.some((half) => half.length > 0);
    if (this.#counting) this.#request(this.#frame);
    else this.#left = 0;
  };

  #took(ms: number): void {
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    this.#late = [...this.#late, ms > LATE_MS].slice(-LOOKED_AT);
    if (this.#late.filter(Boolean).length < LATE_MIN) return;
    this.#late = [];
    this.#left = TURNS;
  }
}
