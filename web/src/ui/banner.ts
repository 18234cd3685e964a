// What the page has to say about its engine: that it has crashed, with the way on; where a breakpoint stopped it; a notice.

import { css, html, nothing, type TemplateResult } from 'lit';
import { words as page } from '../model/words/page.ts';
import { words } from '../model/words/time.ts';
import { shared, StoreElement } from './base.ts';
import { said } from './said.ts';

export class BannerElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { display: block; }
      .crash { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding: 12px 18px; background: var(--accent-soft); border-bottom: 1px solid var(--accent); }
      .crash div { flex: 1 1 320px; }
      .crash p { margin: 0; }
      .crash code { display: block; margin-top: 4px; max-height: 4.5em; overflow: auto; font: 12px/1.5 var(--mono); color: var(--muted); white-space: pre-wrap; }
      .notice { padding: 8px 18px; font-size: 13px; color: var(--muted); background: var(--raised); border-bottom: 1px solid var(--line); display: flex; justify-content: space-between; align-items: center; gap: 12px; }
    `,
  ];

  protected override render(): TemplateResult | typeof nothing {
    const { crash, notice, stopped } = this.store;
    if (crash !== null) {
      return html`<div class="crash" role="alert">
        <div><p><b>${page().crashed}</b> ${page().crashedHelp}</p><code>${crash.message}</code></div>
        <button class="btn primary" @click=${() => this.store.restart()}>${page().restart}</button>
      </div>`;
    }
    if (stopped !== null) {
      const name = this.store.session.nameOf(Number(stopped.breakpoint.value));
      return html`<div class="notice" role="status"><span>${words().stopped(said(stopped.breakpoint, name))}</span><button class="btn small" @click=${() => this.store.play(true)}>${words().play}</button></div>`;
    }
    if (notice === '') return nothing;
    return html`<div class="notice" role="status"><span>${notice}</span><button class="btn small" @click=${() => this.store.dismiss()}>${page().dismiss}</button></div>`;
  }
}

customElements.define('rl-banner', BannerElement);
