// The engine's own clock since the session began: it runs in real time while the loop idles, slowly while work is
// stretched, and not at all while paused.

import { css, html, type TemplateResult } from 'lit';
import { words } from '../model/words/page.ts';
import { words as units } from '../model/words/units.ts';
import { shared, StoreElement } from './base.ts';

export class ClockElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { font-size: 12px; color: var(--muted); white-space: nowrap; }
      span { font: 12.5px var(--mono); color: var(--text); font-variant-numeric: tabular-nums; }
      span small { font-size: 11px; color: var(--faint); }
      .paused { color: var(--accent); }
      @container page (max-width: 1320px) { b { display: none; } }
      b { font-weight: 400; margin-right: 6px; }
      @container page (max-width: 1200px) { :host { display: none; } }
    `,
  ];

  constructor() {
    super();
    this.live = true;
  }

  protected override render(): TemplateResult {
    const us = Math.max(0, Math.round(this.store.now() - this.store.epoch));
    const micros = String(us % 1_000_000).padStart(6, '0');
    return html`<b>${words().engineTime}</b><span class=${this.store.playing ? '' : 'paused'} title=${words().engineTimeHint}>${Math.floor(us / 1e6)}${units().decimal}${micros.slice(0, 3)}<small>\u202f${micros.slice(3)}</small> s</span>`;
  }
}

customElements.define('rl-clock', ClockElement);
