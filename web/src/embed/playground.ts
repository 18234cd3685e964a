// `<redis-playground>`: the whole visualizer in somebody else's page. Its code is loaded when it starts.

import { css, html, type TemplateResult } from 'lit';
import { SPEED_DEFAULT } from '../model/units.ts';
import { words } from '../model/words/embed.ts';
import { shared } from '../ui/base.ts';
import { EmbedElement } from './base.ts';
import './source.ts';
import { tokens } from './tokens.ts';

export class RedisPlaygroundElement extends EmbedElement {
  static override styles = [
    tokens,
    shared,
    css`
      .frame { --page-height: 100%; position: relative; contain: paint; height: var(--redloop-height, 640px); overflow: hidden; border: 1px solid var(--line); border-radius: var(--redloop-radius, 12px); background: var(--bg); }
      .fallback { padding: 12px 16px; font: 13px/1.5 var(--mono); height: 100%; overflow: auto; }
      .fallback slot { display: block; white-space: pre-line; overflow-wrap: anywhere; }
      .fallback ::slotted(pre) { white-space: pre-wrap; }
      .start { position: absolute; right: 12px; top: 12px; font: 13px var(--sans); }
      .loading { position: absolute; right: 16px; top: 14px; font: 12px var(--sans); color: var(--faint); }
    `,
  ];

  protected override readonly watches = true;
  protected override readonly speed = SPEED_DEFAULT;

  override focus(): void {
    (this.renderRoot.querySelector('rl-app') as HTMLElement | null)?.focus();
  }

  protected override async prepare(): Promise<void> {
    await Promise.all([import('../ui/app.ts'), import('../ui/rest.ts')]);
  }

  protected override render(): TemplateResult {
    const { store } = this;
    return html`<div class="frame" part="frame" role="region" aria-label=${words().playground} @theme=${this.#theme}>
      ${store === null || this.phase !== 'running' ? this.fallback() : html`<rl-app .store=${store} .embedded=${true}></rl-app>`}
    </div>`;
  }

  /** The theme button within changes this element, not the page around it. */
  #theme(event: Event): void {
    event.preventDefault();
    const shown = this.dataset['theme'] ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    this.theme = shown === 'dark' ? 'light' : 'dark';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redis-playground': RedisPlaygroundElement;
  }
}

if (customElements.get('redis-playground') === undefined) customElements.define('redis-playground', RedisPlaygroundElement);
