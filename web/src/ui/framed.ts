// For views that move with every frame and cost something to draw: whatever comes within a frame in which one has been
// drawn is drawn with the next. A hidden page has no next frame, and draws at once.

import { StoreElement } from './base.ts';

/** A component that redraws at most once a frame. */
export abstract class FramedElement extends StoreElement {
  #frame: CSSNumberish | null = null;

  protected override async scheduleUpdate(): Promise<void> {
    // More than once where it was drawn before the frame's own callbacks, by a scroll event say.
    while (this.#frame === document.timeline.currentTime && !document.hidden) await new Promise(requestAnimationFrame);
    this.#frame = document.timeline.currentTime;
    await super.scheduleUpdate();
  }
}
