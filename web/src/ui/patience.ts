// "Still running": what the page shows while the engine is silent, with the button that stops it.

import { css, html, nothing, type TemplateResult } from 'lit';
import { shown } from '../model/bytes.ts';
import { words } from '../model/words/safe.ts';
import { shared, StoreElement } from './base.ts';

export class PatienceElement extends StoreElement {
  static override styles = [
    shared,
    css`
      section { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 12px 18px; background: var(--raised); border-bottom: 1px solid var(--accent); }
      div { flex: 1 1 320px; font-size: 13.5px; line-height: 1.5; }
      p { margin: 0; }
      code { font: 12.5px var(--mono); overflow-wrap: anywhere; }
    `,
  ];

  protected override render(): TemplateResult {
    const { slow } = this.store;
    // The region is there before its words, so that they are spoken.
    return html`<div role="alert">${slow === null ? nothing : this.#offer(slow)}</div>`;
  }

  #offer(slow: number): TemplateResult {
    const { store } = this;
    const culprit = store.session.next();
    const title = store.ready ? words().stillRunning : words().stillLoading;
    return html`<section>
      <div>
        <p><b>${title}</b>${culprit === null ? nothing : html` <code>${culprit.name}&gt; ${shown(culprit.line)}</code>${culprit.after === 0 ? nothing : html` ${words().orAfter(culprit.after)}`}`}</p>
        <p class="muted" aria-hidden="true">${words().runningFor(Math.floor(slow / 1000))}</p>
        <p class="muted">${store.ready ? words().stopMeans : words().stopLoading}</p>
      </div>
      <button class="btn primary" @click=${() => store.stop()}>${words().stop}</button>
    </section>`;
  }
}

customElements.define('rl-patience', PatienceElement);
