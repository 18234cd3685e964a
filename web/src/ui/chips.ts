// The bar of chips above an on-screen keyboard: what may come next at the prompt, one tap each. It keeps the focus in the
// prompt, so that the keyboard stays.

import { css, html, LitElement, type TemplateResult } from 'lit';
import type { Chip } from '../model/chips.ts';
import { words } from '../model/words/client.ts';
import { shared } from './base.ts';
import * as icons from './icons.ts';

export class ChipsElement extends LitElement {
  static override properties = { chips: { attribute: false }, empty: { type: Boolean } };

  static override styles = [
    shared,
    css`
      :host {
        position: fixed; z-index: 6; left: 0; right: 0; bottom: var(--redloop-keyboard, 0px); display: flex; gap: 6px; align-items: center; padding: 6px 8px;
        background: var(--panel); border-top: 1px solid var(--line); box-shadow: 0 -8px 24px #0000001f;
      }
      [role='group'] { flex: 1; display: flex; gap: 6px; min-width: 0; padding: 2px; overflow-x: auto; scrollbar-width: none; overscroll-behavior-x: contain; }
      button { flex: none; min-width: 40px; height: 38px; padding: 0 12px; border: 1px solid var(--line); border-radius: 9px; background: var(--raised); color: var(--text); font: 14px var(--mono); white-space: pre; }
      button { -webkit-tap-highlight-color: transparent; }
      button:active { background: var(--line); }
      button.act { display: grid; place-items: center; padding: 0; width: 44px; }
      button.send { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
      button:disabled { opacity: 0.4; }
      /* The transport is at the page's foot here, as long as no keyboard hides it. */
      @container page (max-width: 1020px) { :host { bottom: max(var(--redloop-keyboard, 0px), calc(57px + env(safe-area-inset-bottom))); } }
    `,
  ];

  declare chips: readonly Chip[];
  /** Whether the line has nothing in it that could be sent. */
  declare empty: boolean;

  constructor() {
    super();
    this.chips = [];
    this.empty = true;
  }

  protected override updated(): void {
    this.renderRoot.querySelector('[role=group]')?.scrollTo({ left: 0 });
  }

  protected override render(): TemplateResult {
    return html`
      <button class="act" aria-label=${words().back} title=${words().back} ?disabled=${this.empty} @pointerdown=${keep} @click=${() => this.#tell('back', '')}>${icons.erase}</button>
      <div role="group" aria-label=${words().chips}>
        ${this.chips.map(({ label, line }) => html`<button @pointerdown=${keep} @click=${() => this.#tell('chip', line)}>${label}</button>`)}
      </div>
      <button class="act send" aria-label=${words().send} title=${words().send} ?disabled=${this.empty} @pointerdown=${keep} @click=${() => this.#tell('send', '')}>${icons.send}</button>`;
  }

  #tell(name: 'chip' | 'back' | 'send', line: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail: line }));
  }
}

/** The prompt keeps the focus. */
function keep(event: Event): void {
  event.preventDefault();
}

customElements.define('rl-chips', ChipsElement);
