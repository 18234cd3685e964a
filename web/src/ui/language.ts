// The choice of the page's language, in the top bar: each language by its own name.

import { css, html, type TemplateResult } from 'lit';
import { language, LANGUAGES, type Language } from '../model/words/words.ts';
import { words } from '../model/words/page.ts';
import { shared, StoreElement } from './base.ts';
import { chooseLanguage } from './speech.ts';

export class LanguageElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { display: block; }
      .btn { width: 36px; padding: 0; text-transform: uppercase; }
      [popover] {
        position: fixed; inset: auto; margin: 6px 0 0; padding: 6px; border: 1px solid var(--line); border-radius: 12px; color: var(--text);
        background: var(--panel); box-shadow: 0 12px 40px #0005; position-area: bottom span-left;
      }
      [popover] button { display: flex; justify-content: space-between; gap: 16px; width: 100%; min-width: 130px; padding: 8px 12px; text-align: left; border-radius: 8px; font-size: 13.5px; }
      [popover] button:hover, [popover] button:focus-visible { background: var(--raised); }
    `,
  ];

  protected override render(): TemplateResult {
    const now = language();
    return html`
      <button class="btn" popovertarget="languages" aria-label="${words().language}: ${LANGUAGES[now]}" title=${words().language}>${now}</button>
      <div id="languages" popover aria-label=${words().language}>
        ${Object.entries(LANGUAGES).map(([id, name]) => html`<button lang=${id} aria-pressed=${id === now ? 'true' : 'false'} @click=${() => this.#choose(id as Language)}>
          <span>${name}</span><span aria-hidden="true">${id === now ? '✓' : ''}</span></button>`)}
      </div>`;
  }

  #choose(chosen: Language): void {
    this.renderRoot.querySelector<HTMLElement>('#languages')?.hidePopover();
    this.renderRoot.querySelector<HTMLElement>('.btn')?.focus();
    void chooseLanguage(chosen);
  }
}

customElements.define('rl-language', LanguageElement);
