// The notice that a new version of the page is here. It waits for the reader.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { offline } from '../app/offline.ts';
import { words } from '../model/words/safe.ts';
import { shared } from './base.ts';

export class NewsElement extends LitElement {
  static override styles = [
    shared,
    css`
      aside {
        position: fixed; z-index: 20; right: 16px; bottom: 16px; max-width: min(420px, calc(100vw - 32px)); padding: 14px 16px;
        display: grid; gap: 10px; font-size: 13.5px; line-height: 1.45; color: var(--text); background: var(--panel);
        border: 1px solid var(--line); border-left: 3px solid var(--accent); border-radius: 12px; box-shadow: 0 12px 40px #0004;
      }
      p { margin: 0; }
      .muted { font-size: 12.5px; }
      div { display: flex; gap: 8px; justify-content: flex-end; }
      @media (max-width: 1020px) { aside { bottom: calc(76px + env(safe-area-inset-bottom)); } }
    `,
  ];

  readonly #redraw = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    offline.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback(): void {
    offline.removeEventListener('change', this.#redraw);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { news } = offline;
    if (news === null) return nothing;
    return html`<aside role="status" aria-label=${words().newVersion}>
      <p><b>${words().newVersion}</b><br /><span class="muted">${news === 'waiting' ? words().newWaits : words().newTaken}</span></p>
      <div><button class="btn small" @click=${() => offline.later()}>${words().later}</button>
      <button class="btn small primary" @click=${() => offline.take()}>${words().reload}</button></div>
    </aside>`;
  }
}

customElements.define('rl-news', NewsElement);
