// For views that are read rather than watched: they follow the store a few times a second, not with every frame, but
// answer at once to whoever uses them.

import { StoreElement } from './base.ts';

const PAUSE_MS = 250;

/** A component that redraws at most four times a second, unless `now()` asks for it. */
export abstract class CalmElement extends StoreElement {
  #last = -Infinity;
  #wake: (() => void) | null = null;

  /** How long a redraw waits after the last one. */
  protected pauseMs(): number {
    return PAUSE_MS;
  }

  /** Redraws without waiting. */
  protected now(): void {
    this.#last = -Infinity;
    this.requestUpdate();
    this.#wake?.();
  }

  protected override async scheduleUpdate(): Promise<void> {
    const wait = this.#last + this.pauseMs() - performance.now();
    if (wait > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    this.#last = performance.now();
    await super.scheduleUpdate();
  }
}
