// The keyspace: every key's type, real encoding, length and expiry, with a flash when it is touched, and the value of
// the chosen one. Rows come in pages from the engine; the rest is counted.

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { quoteIfNeeded, text } from '../model/bytes.ts';
import type { KeyRow } from '../model/engine.ts';
import { bytes, count, duration, plural } from '../model/units.ts';
import type { Keys } from '../worker/protocol.ts';
import { shared, StoreElement } from './base.ts';
import './value.ts';

const PAGE = 100;

export class KeysElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; height: 100%; }
      .head { display: flex; align-items: center; gap: 8px; padding: 10px 16px; font-size: 12.5px; color: var(--muted); }
      select { font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; height: 26px; padding: 0 4px; }
      .total { margin-left: auto; font-variant-numeric: tabular-nums; }
      ul { flex: 1 1 0; min-height: 120px; margin: 0; padding: 0; list-style: none; overflow: auto; border-top: 1px solid var(--line-soft); }
      li { border-bottom: 1px solid var(--line-soft); }
      li button {
        display: grid; grid-template-columns: auto minmax(0, 1fr) auto; column-gap: 10px; align-items: center;
        width: 100%; padding: 7px 16px; text-align: left; border-left: 3px solid transparent; transition: background var(--quick);
      }
      li button:hover { background: var(--raised); }
      li button:focus-visible { outline-offset: -2px; }
      li button[aria-pressed='true'] { background: var(--raised); border-left-color: var(--accent); }
      .type {
        grid-row: 1 / 3; width: 38px; padding: 3px 0; border-radius: 5px; text-align: center; font: 600 10.5px var(--mono);
        color: var(--t); background: color-mix(in srgb, var(--t) 15%, var(--panel));
      }
      .string { --t: var(--k0); }
      .list { --t: var(--k1); }
      .zset { --t: var(--k2); }
      .hash { --t: var(--k3); }
      .set { --t: var(--k4); }
      .stream { --t: var(--k6); }
      .key { font: 13px/1.35 var(--mono); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .meta { grid-column: 2; font-size: 11.5px; line-height: 1.3; color: var(--muted); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
      .ttl { grid-row: 1 / 3; grid-column: 3; font-size: 11.5px; color: var(--muted); font-variant-numeric: tabular-nums; }
      .ttl.soon { color: var(--accent); }
      .flash { animation: flash 900ms ease-out; }
      @keyframes flash { from { background: color-mix(in srgb, var(--accent) 20%, transparent); } }
      @media (prefers-reduced-motion: reduce) { .flash { animation: none; box-shadow: inset 3px 0 var(--accent); } }
      .none { padding: 22px 20px; color: var(--faint); font-size: 13px; text-align: center; }
      .more { display: flex; width: calc(100% - 32px); margin: 8px 16px; }
      rl-value { flex: 0 1 auto; max-height: 46%; min-height: 0; border-top: 1px solid var(--line); }
    `,
  ];

  #shown: Keys | null = null;

  constructor() {
    super();
    this.live = true;
  }

  protected override updated(_changed: PropertyValues): void {
    // The rows come a little after the events: flash when they are there.
    if (this.store.keys === this.#shown) return;
    this.#shown = this.store.keys;
    for (const key of this.store.session.touched) {
      const row = this.renderRoot.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (row === null) continue;
      row.classList.remove('flash');
      void (row as HTMLElement).offsetWidth;
      row.classList.add('flash');
    }
    this.store.session.touched.clear();
  }

  protected override render(): TemplateResult {
    const { keys, keysDb, keysCount, session } = this.store;
    const rows = keys !== null && keys.db === keysDb ? keys.page.rows : [];
    const total = session.view?.databases.find(({ db }) => db === keysDb)?.keys ?? 0;
    const others = new Set([0, keysDb, ...(session.view?.databases.map(({ db }) => db) ?? []), ...(session.view?.clients.map(({ db }) => db) ?? [])]);
    return html`
      <div class="head">
        <label for="db">Database</label>
        <select id="db" @change=${(event: Event) => this.store.watchKeys({ db: Number((event.target as HTMLSelectElement).value), selected: null })}>
          ${[...others].sort((a, b) => a - b).map((db) => html`<option value=${db} ?selected=${db === keysDb}>${db}</option>`)}
        </select>
        <span class="total">${plural(total, 'key')}</span>
      </div>
      ${rows.length === 0
        ? html`<p class="none">No keys yet. Try <span class="mono">SET greeting hello</span>.</p>`
        : html`<ul aria-label="Keys" tabindex="-1">
            ${repeat(rows, (row) => row.key, (row) => this.#row(row))}
            ${total > rows.length
              ? html`<li><button class="btn small more" @click=${() => this.store.watchKeys({ count: Math.min(2000, keysCount + PAGE * 4) })}>
                  ${rows.length < 2000 ? `Show more of the other ${count(total - rows.length)}` : `and ${count(total - rows.length)} more`}</button></li>`
              : nothing}
          </ul>`}
      ${this.store.selected === null || keys?.detail == null ? nothing : html`<rl-value .store=${this.store} .detail=${keys.detail}></rl-value>`}
    `;
  }

  #row(row: KeyRow): TemplateResult {
    const chosen = this.store.selected === row.key;
    const left = row.expires === null ? null : Math.max(0, row.expires - this.store.now());
    const size = row.type === 'string' ? bytes(row.length) : plural(row.length, 'item');
    return html`<li data-key=${row.key}>
      <button aria-pressed=${chosen ? 'true' : 'false'} @click=${() => this.store.watchKeys({ selected: chosen ? null : row.key })}>
        <span class="type ${row.type}">${SHORT[row.type] ?? row.type}</span>
        <span class="key">${text(quoteIfNeeded(row.key))}</span>
        <span class="meta">${row.encoding} · ${size}</span>
        ${left === null ? nothing : html`<span class="ttl ${left < 5e6 ? 'soon' : ''}">${duration(Math.ceil(left / 1e6) * 1e6)}</span>`}
      </button>
    </li>`;
  }
}

const SHORT: Record<string, string> = { string: 'str', stream: 'strm' };

customElements.define('rl-keys', KeysElement);
