// The way through time: a slider over every instant of the session, and what can be done with the one that is looked at.

import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../model/bytes.ts';
import { duration } from '../model/units.ts';
import { words } from '../model/words/time.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

export class TimelineElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 0 20px 10px; }
      .row { display: flex; align-items: center; gap: 12px; min-height: 32px; }
      input { flex: 1; min-width: 0; height: 24px; margin: 0; accent-color: var(--accent); }
      .where { flex: none; min-width: 17ch; text-align: right; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
      .past { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; margin-top: 4px; padding: 8px 12px; border: 1px solid var(--accent); border-radius: 10px; background: var(--accent-soft); font-size: 13px; }
      .past p { flex: 1 1 260px; margin: 0; text-wrap: pretty; color: var(--muted); }
      .past b { color: var(--text); font-weight: 650; }
      .futures { border-color: var(--line); background: var(--panel); }
      @container page (max-width: 700px) { :host { padding: 0 14px 8px; } .where { min-width: 0; } }
    `,
  ];

  constructor() {
    super();
    this.half = 0;
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const { recording } = store.session;
    const at = store.past ?? recording;
    return html`
      <div class="row">
        <input type="range" min="0" max=${Math.max(1, recording.turns)} step="1" .value=${String(at.turns)} ?disabled=${!store.ready || recording.turns === 0}
          aria-label=${words().timeline} aria-valuetext="${this.#where()}, ${words().instant(at.turns, recording.turns)}"
          @input=${(event: Event) => this.#seek(Number((event.target as HTMLInputElement).value))} />
        <span class="where" aria-hidden="true">${store.past === null ? words().now : this.#time(at.at)}</span>
      </div>
      ${store.past === null ? this.#futures() : this.#past(store.past.at)}
    `;
  }

  #past(at: number): TemplateResult {
    const { store } = this;
    return html`<div class="past" role="group" aria-label=${words().timeline}>
      <p><b>${words().past(`${this.#time(at)}, ${this.#where()}`)}</b> ${words().pastHelp}</p>
      <button class="btn small" @click=${() => store.branch()}>${icons.branch} ${words().goOn}</button>
      <button class="btn small primary" @click=${() => store.travel(null)}>${words().toNow}</button>
    </div>`;
  }

  #futures(): TemplateResult | typeof nothing {
    const { store } = this;
    if (store.other === null) return nothing;
    return html`<div class="past futures" role="group" aria-label=${words().compareTitle}>
      <p><b>${words().futures}</b></p>
      <button class="btn small" @click=${() => this.dispatchEvent(new CustomEvent('compare', { bubbles: true, composed: true }))}>${words().compare}</button>
      <button class="btn small" @click=${() => store.swap()}>${words().swap}</button>
    </div>`;
  }

  #seek(turns: number): void {
    const { session } = this.store;
    this.store.travel(turns >= session.recording.turns ? null : session.instant(turns));
  }

  #time(at: number): string {
    return duration(at - this.store.epoch);
  }

  /** The instant in words: after whose command. */
  #where(): string {
    const { session, past } = this.store;
    if (past === null) return words().now;
    const run = session.ranLast(past);
    return run === undefined ? words().start : words().after(session.nameOf(run.client), text((run.argv[0] ?? '').toUpperCase()));
  }
}

customElements.define('rl-timeline', TimelineElement);
