// What the components share: the base class that redraws with the store, and the styles of small things.
//
// Styles live in constructable sheets (Lit's `css`), which the content security policy allows. Inline styles are not
// allowed, so colours come from classes and moving geometry from SVG attributes or `vars`.

import { css, LitElement, noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';
import type { Store } from '../app/store.ts';
import { speech } from './spoken.ts';
import { type Half, Turns } from './turns.ts';

const turns = new Turns((frame) => requestAnimationFrame(frame));

/** A component that redraws whenever the store or the language changes; with `live` also while time visibly passes. */
export abstract class StoreElement extends LitElement {
  static override properties: Record<string, object> = {};
  /** Given once. No property of Lit's: an element may be given it before its class has been fetched (`rest.ts`). */
  declare store: Store;
  protected live = false;
  /** In which frames it draws what is new in the store, while the page cannot draw everything in every frame; `null`: in all. */
  protected half: Half | null = null;
  /** Whether its turn is still to come. What the element itself knows of first, as what is typed into it, waits for none. */
  #waits = false;
  readonly #redraw = (): void => {
    if (this.#waits) return;
    const turn = this.half === null || document.hidden ? null : turns.wait(this.half);
    if (turn === null) {
      this.requestUpdate();
      return;
    }
    this.#waits = true;
    void turn.then(() => {
      this.#waits = false;
      this.requestUpdate();
    });
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen(true);
    speech.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback(): void {
    this.listen(false);
    speech.removeEventListener('change', this.#redraw);
    super.disconnectedCallback();
  }

  /** Whether it redraws with the store. What nobody sees need not. */
  listen(on: boolean): void {
    const change = on ? 'addEventListener' : 'removeEventListener';
    this.store[change]('change', this.#redraw);
    if (this.live) this.store[change]('tick', this.#redraw);
  }
}

class VarsDirective extends Directive {
  render(_values: Record<string, string | number>): unknown {
    return noChange;
  }

  override update(part: ElementPart, [values]: [Record<string, string | number>]): unknown {
    for (const [name, value] of Object.entries(values)) {
      (part.element as HTMLElement).style.setProperty(`--${name}`, String(value));
    }
    return noChange;
  }
}

/** Sets CSS variables on an element: `${vars({ part: 0.4 })}`. */
export const vars = directive(VarsDirective);

/** Colours by client: `.k0` … `.k7` set `--k`. */
export const colours = css`
  .k0 { --k: var(--k0); }
  .k1 { --k: var(--k1); }
  .k2 { --k: var(--k2); }
  .k3 { --k: var(--k3); }
  .k4 { --k: var(--k4); }
  .k5 { --k: var(--k5); }
  .k6 { --k: var(--k6); }
  .k7 { --k: var(--k7); }
`;

/** Reset, headings, buttons, focus, scroll bars. */
export const shared = css`
  *,
  *::before,
  *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h2 {
    margin: 0;
    font-size: 11px;
    font-weight: 650;
    letter-spacing: 0.08em;
    text-transform: uppercase;
    color: var(--muted);
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
  }
  .btn {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 7px;
    height: 32px;
    padding: 0 12px;
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--panel);
    font-size: 13px;
    font-weight: 550;
    white-space: nowrap;
    transition: background var(--quick), border-color var(--quick), color var(--quick);
  }
  .btn:hover { background: var(--raised); border-color: var(--faint); }
  .btn:disabled { opacity: 0.5; cursor: default; }
  .btn.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  .btn.primary:hover { filter: brightness(1.08); }
  .btn.icon { width: 32px; padding: 0; }
  .btn.small { height: 26px; padding: 0 9px; font-size: 12px; border-radius: 7px; }
  :focus-visible { outline: 2px solid var(--k, var(--accent)); outline-offset: 2px; }
  .mark { flex: none; margin-right: 6px; }
  @media (pointer: coarse) {
    .btn.small { height: 34px; }
    /* Smaller text would make phones zoom in on the field that gets the focus. */
    input, textarea { font-size: 16px !important; }
    /* With choices only one system's phones do so. */
    @supports (-webkit-touch-callout: none) { select { font-size: 16px !important; } }
  }
  .mono { font-family: var(--mono); }
  .muted { color: var(--muted); }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  * { scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
  /* Colours of the reader's own: what was said by a background is said by a border. */
  @media (forced-colors: active) {
    .btn.primary { border: 2px solid ButtonText; }
    .btn:disabled { border-color: GrayText; color: GrayText; opacity: 1; }
    [aria-pressed='true'], [aria-selected='true'] { outline: 2px solid Highlight; outline-offset: -2px; }
  }
`;
