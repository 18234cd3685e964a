// All keys of the keyboard in one dialog, opened by `?`, F1 or its button.

import { css, html, type TemplateResult } from 'lit';
import { words } from '../model/words/page.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

export class KeyboardElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { display: block; }
      dialog {
        width: min(620px, calc(100vw - 24px)); max-height: calc(100dvh - 40px); padding: 20px 24px 24px; border: 1px solid var(--line); border-radius: 14px;
        color: var(--text); background: var(--panel); box-shadow: 0 24px 80px #0007; font-size: 13.5px;
      }
      dialog::backdrop { background: #0006; }
      .head { display: flex; align-items: center; justify-content: space-between; gap: 12px; }
      h1 { margin: 0; font-size: 17px; }
      h2 { margin: 20px 0 6px; }
      dl { display: grid; grid-template-columns: minmax(130px, max-content) 1fr; margin: 0; }
      dt, dd { margin: 0; padding: 6px 0; border-top: 1px solid var(--line-soft); }
      dt { padding-right: 18px; }
      dd { color: var(--muted); text-wrap: pretty; }
      kbd { display: inline-block; font: 12px/20px var(--mono); padding: 0 6px; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; background: var(--raised); white-space: nowrap; }
      @media (max-width: 480px) { dialog { padding: 16px; } dl { grid-template-columns: 1fr; } dd { border: 0; padding-top: 0; } }
      /* Without a keyboard its keys are of no use; the list still opens when one is connected. */
      @media (pointer: coarse) { .btn.open { display: none; } }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('keydown', this.#key);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const say = words();
    return html`
      <button class="btn icon open" aria-label=${say.keyboard} title=${say.keyboardHint} aria-haspopup="dialog" @click=${this.#open}>${icons.keyboard}</button>
      <dialog aria-labelledby="title" @click=${this.#outside}>
        <div class="head"><h1 id="title">${say.keyboard}</h1><form method="dialog"><button class="btn small">${say.close}</button></form></div>
        ${Object.values(say.keyGroups).map(({ title, keys }) => html`<h2>${title}</h2>
          <dl>${Object.entries(keys).map(([key, what]) => html`<dt>${key.split(' · ').map((each, i) => html`${i > 0 ? ' ' : ''}<kbd>${each}</kbd>`)}</dt><dd>${what}</dd>`)}</dl>`)}
      </dialog>`;
  }

  readonly #open = (): void => {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.open === false) dialog.showModal();
  };

  /** A click beside the dialog closes it. */
  #outside(event: MouseEvent): void {
    const dialog = event.currentTarget as HTMLDialogElement;
    if (event.composedPath()[0] === dialog) dialog.close();
  }

  readonly #key = (event: KeyboardEvent): void => {
    const typing = (event.composedPath()[0] as HTMLElement).matches?.('input:not([type=range]), textarea, select') === true;
    if (event.key !== 'F1' && (event.key !== '?' || typing)) return;
    event.preventDefault();
    this.#open();
  };
}

customElements.define('rl-keyboard', KeyboardElement);
