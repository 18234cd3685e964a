// One key: what is said of it, its value as its type's viewer shows it (`values/`), its pages, and its history. Fetched
// when a key is chosen for the first time.

import { css, html, nothing, type TemplateResult } from 'lit';
import { text, type ByteString } from '../model/bytes.ts';
import type { KeyDetail } from '../model/engine.ts';
import { bytes, count, duration } from '../model/units.ts';
import { words } from '../model/words/values.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';
import './keyhistory.ts';
import './values/all.ts';
import { common, viewerOf, viewerStyles, type Look } from './values/registry.ts';

/** What the worker reads of a value at once: bytes of a string, elements of anything else. */
const PAGE = { string: 4096, others: 200 };

export class ValueElement extends StoreElement {
  static override properties = { ...StoreElement.properties, selected: { attribute: false }, detail: { attribute: false }, chosen: { state: true } };

  static override styles = [
    shared,
    common,
    css`
      :host { display: flex; flex-direction: column; overflow: hidden; }
      header { flex: none; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; padding: 10px 12px 8px 16px; }
      h3 { flex: 1; min-width: 0; max-height: 3.9em; overflow: auto; margin: 0; font: 600 13px/1.3 var(--mono); overflow-wrap: anywhere; }
      header dl { flex: 1 0 100%; display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 0; font-size: 11.5px; color: var(--muted); }
      header dl div { display: flex; gap: 4px; }
      header dd { margin: 0; color: var(--text); font-variant-numeric: tabular-nums; }
      .looks { flex: none; display: flex; gap: 2px; padding: 0 14px 6px; }
      .looks button { min-height: 24px; padding: 0 9px; border-radius: 6px; font-size: 11.5px; color: var(--muted); }
      .looks button:hover { color: var(--text); }
      .looks button[aria-pressed='true'] { background: var(--raised); color: var(--text); box-shadow: 0 0 0 1px var(--line); }
      .body { flex: 0 1 auto; min-height: 52px; overflow: auto; padding: 0 16px 10px; font: 12.5px/1.5 var(--mono); }
      .body:focus-visible { outline-offset: -2px; }
      .pages { flex: none; display: flex; align-items: center; justify-content: center; gap: 6px; padding: 6px; border-top: 1px solid var(--line-soft); font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
      .absent { margin: 0; padding: 0 16px 12px; color: var(--muted); font-size: 12.5px; }
      rl-key-history { flex: 0 1 auto; min-height: 76px; max-height: max(46%, 190px); border-top: 1px solid var(--line-soft); }
    `,
    viewerStyles(),
  ];

  /** The key, whether or not there is one of this name. */
  declare selected: ByteString;
  declare detail: KeyDetail | null;
  /** The look that was chosen, by type. */
  declare chosen: Readonly<Record<string, string>>;

  constructor() {
    super();
    this.half = 1;
    this.live = true;
    this.chosen = {};
  }

  protected override render(): TemplateResult {
    const { detail, selected } = this;
    const name = text(selected);
    return html`
      <header>
        <h3>${name}</h3>
        <button class="btn small icon" aria-label=${words().copy} title=${words().copy} @click=${() => void navigator.clipboard.writeText(name)}>${icons.copy}</button>
        <button class="btn small icon" aria-label=${words().close} title=${words().close} @click=${() => this.store.watchKeys({ selected: null, from: 0 })}>${icons.cross}</button>
        ${detail === null ? nothing : this.#facts(detail)}
      </header>
      ${detail === null ? html`<p class="absent">${this.store.past === null ? words().absent : words().absentThen}</p>` : this.#value(detail, name)}
      <rl-key-history .store=${this.store} .key=${selected}></rl-key-history>
    `;
  }

  #facts(detail: KeyDetail): TemplateResult {
    const left = detail.expires === null ? null : Math.max(0, detail.expires - this.store.now());
    return html`<dl>
      <div><dt>${words().encoding}</dt><dd>${detail.encoding}${this.#limit(detail)}</dd></div>
      <div><dt>${words().memory}</dt><dd>${bytes(detail.bytes)}</dd></div>
      <div><dt>${words().idle}</dt><dd>${words().ago(`${count(detail.idle)} s`)}</dd></div>
      <div><dt>${words().expires}</dt><dd>${left === null ? words().never : duration(Math.ceil(left / 1e5) * 1e5)}</dd></div>
    </dl>`;
  }

  #value(detail: KeyDetail, name: string): TemplateResult {
    const looks = viewerOf(detail.type).looks(detail);
    const look = looks.find(({ id }) => id === this.chosen[detail.type]) ?? (looks[0] as Look);
    return html`
      ${looks.length < 2 ? nothing : html`<div class="looks" role="group" aria-label=${words().views}>
        ${looks.map(({ id, label }) => html`<button aria-pressed=${id === look.id ? 'true' : 'false'} @click=${() => (this.chosen = { ...this.chosen, [detail.type]: id })}>${label}</button>`)}
      </div>`}
      <div class="body" tabindex="0" role="group" aria-label=${words().valueOf(name)}>${look.render(detail, this.store.now())}</div>
      ${look.whole === true ? nothing : this.#pages(detail)}
    `;
  }

  /** How far away the next conversion is. */
  #limit({ limit, length, type }: KeyDetail): TemplateResult | typeof nothing {
    if (limit === null || limit.most === 0) return nothing;
    const hint = limit.parameter === '' ? '' : words().limitHint(limit.parameter, limit.value);
    return html` · <span title=${hint}>${words().limit(length, limit.most, words().unit[type] ?? '')}</span>`;
  }

  #pages({ from, more, length, type }: KeyDetail): TemplateResult | typeof nothing {
    if (from === 0 && more === 0) return nothing;
    const step = type === 'string' ? PAGE.string : PAGE.others;
    const shown = length - from - more;
    const last = shown === 0 ? 0 : Math.floor((length - 1) / step) * step;
    const go = (label: string, sign: string, to: number, off: boolean): TemplateResult =>
      html`<button class="btn small icon" aria-label=${label} title=${label} ?disabled=${off} @click=${() => this.store.watchKeys({ from: to })}>${sign}</button>`;
    return html`<div class="pages">
      ${go(words().first, '«', 0, from === 0)}${go(words().before, '‹', Math.max(0, from - step), from === 0)}
      <span>${words().range(from + 1, from + shown, length)}</span>
      ${go(words().after, '›', from + shown, more === 0)}${go(words().last, '»', last, more === 0)}
    </div>`;
  }
}

customElements.define('rl-value', ValueElement);
