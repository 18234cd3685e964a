// Ways round the page without a mouse: F6 goes from part to part, and links at the very beginning skip to one.
//
// A part is the top bar or a section of `main`. Each remembers where F6 left it; at first it offers its most useful
// place: a prompt, the chosen tab, or itself. A part that is still on its way is passed over.

import { css, html, type ReactiveController, type ReactiveElement, type TemplateResult } from 'lit';
import { words } from '../model/words/page.ts';

const SECTIONS = '.main > section';
const PARTS = `rl-header:defined, ${SECTIONS}`;
const SKIPS = ['clients', 'loop', 'details'] as const;

export class Panes implements ReactiveController {
  readonly #host: ReactiveElement;
  readonly #last = new WeakMap<Element, HTMLElement>();

  constructor(host: ReactiveElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('keydown', this.#key);
  }

  hostDisconnected(): void {
    window.removeEventListener('keydown', this.#key);
  }

  /** The links that skip to a section; seen only while one has the focus. */
  links(): TemplateResult {
    return html`<nav class="skip" aria-label=${words().skip}>
      ${SKIPS.map((id, i) => html`<button class="btn primary" @click=${() => this.#go(this.#all(SECTIONS)[i])}>${words().skip} ${words().skipTo[id]}</button>`)}
    </nav>`;
  }

  #all(selector: string): HTMLElement[] {
    return [...this.#host.renderRoot.querySelectorAll<HTMLElement>(selector)];
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const parts = this.#all(PARTS);
    const path = event.composedPath();
    const at = parts.findIndex((part) => path.includes(part));
    const [focused] = path;
    const here = parts[at];
    if (here !== undefined && focused instanceof HTMLElement && focused !== here) this.#last.set(here, focused);
    const next = event.shiftKey ? (at <= 0 ? parts.length - 1 : at - 1) : (at + 1) % parts.length;
    this.#go(parts[next]);
  };

  #go(part: HTMLElement | undefined): void {
    if (part === undefined) return;
    const last = this.#last.get(part);
    if (last?.isConnected === true && last.checkVisibility()) {
      last.focus();
      return;
    }
    const place = part.querySelector<HTMLElement>('rl-client, [role=tab][aria-selected=true]') ?? part.shadowRoot?.querySelector<HTMLElement>('button:not(:disabled)');
    if (place != null) {
      place.focus();
      return;
    }
    part.tabIndex = -1;
    part.focus();
  }
}

/** Styles of the links and of a part that has the focus itself. */
export const paneStyles = css`
  .skip { position: absolute; z-index: 20; top: 0; left: 0; display: flex; flex-wrap: wrap; gap: 8px; padding: 12px 16px; clip-path: inset(50%); pointer-events: none; }
  .skip:focus-within { clip-path: none; pointer-events: auto; }
  section:focus-visible { outline-offset: -2px; }
`;
