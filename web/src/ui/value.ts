// One key's value, by type: a string's text, a list's cells, a hash's and a sorted set's table, a set's chips.

import { css, html, nothing, type TemplateResult } from 'lit';
import { quote, text, type ByteString } from '../model/bytes.ts';
import type { KeyDetail } from '../model/engine.ts';
import { bytes, count, duration } from '../model/units.ts';
import { words } from '../model/words/keys.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

export class ValueElement extends StoreElement {
  static override properties = { ...StoreElement.properties, detail: { attribute: false } };

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; overflow: hidden; }
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 6px; padding: 10px 12px 8px 16px; }
      dl { flex: 1 0 100%; }
      .pages { display: flex; align-items: center; justify-content: center; gap: 6px; padding: 6px; border-top: 1px solid var(--line-soft); font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
      h3 { flex: 1; margin: 0; font: 600 13px var(--mono); overflow-wrap: anywhere; }
      dl { display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 0; font-size: 11.5px; color: var(--muted); }
      dl div { display: flex; gap: 4px; }
      dd { margin: 0; color: var(--text); }
      .body { overflow: auto; padding: 0 16px 14px; font: 12.5px/1.5 var(--mono); }
      pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--string); }
      ol, ul { display: flex; flex-wrap: wrap; gap: 5px; margin: 0; padding: 0; list-style: none; }
      li { padding: 3px 8px; border-radius: 6px; border: 1px solid var(--line); background: var(--raised); overflow-wrap: anywhere; }
      ol li::before { content: attr(data-i); margin-right: 6px; font-size: 10.5px; color: var(--faint); }
      table { width: 100%; border-collapse: collapse; }
      td, th { padding: 4px 8px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line-soft); overflow-wrap: anywhere; font-weight: 400; }
      th { font: 11.5px var(--sans); color: var(--muted); }
      .score { text-align: right; color: var(--number); }
      p { margin: 8px 0 0; color: var(--faint); font: 12px var(--sans); }
    `,
  ];

  declare detail: KeyDetail;

  protected override render(): TemplateResult {
    const { detail } = this;
    const left = detail.expires === null ? null : Math.max(0, detail.expires - this.store.now());
    return html`
      <header>
        <h3>${text(detail.key)}</h3>
        <button class="btn small icon" aria-label=${words().copy} title=${words().copy} @click=${() => void navigator.clipboard.writeText(text(detail.key))}>${icons.copy}</button>
        <button class="btn small icon" aria-label=${words().close} title=${words().close} @click=${() => this.store.watchKeys({ selected: null, from: 0 })}>${icons.cross}</button>
        <dl>
          <div><dt>${words().encoding}</dt><dd>${detail.encoding}${this.#limit()}</dd></div>
          <div><dt>${words().memory}</dt><dd>${bytes(detail.bytes)}</dd></div>
          <div><dt>${words().idle}</dt><dd>${words().ago(`${count(detail.idle)} s`)}</dd></div>
          <div><dt>${words().expires}</dt><dd>${left === null ? words().never : duration(Math.ceil(left / 1e5) * 1e5)}</dd></div>
        </dl>
      </header>
      <div class="body" tabindex="0" role="group" aria-label=${words().valueOf(text(detail.key))}>${this.#value(detail)}</div>
      ${this.#pages()}
    `;
  }

  /** How far away the next conversion is. */
  #limit(): TemplateResult | typeof nothing {
    const { limit, length, type } = this.detail;
    if (limit === null || limit.most === 0) return nothing;
    const hint = limit.parameter === '' ? '' : words().limitHint(limit.parameter, limit.value);
    return html` · <span title=${hint}>${words().limit(length, limit.most, words().unit[type] ?? '')}</span>`;
  }

  #pages(): TemplateResult | typeof nothing {
    const { from, more, length } = this.detail;
    const shown = length - from - more;
    if (from === 0 && more === 0) return nothing;
    const last = shown === 0 ? 0 : Math.floor((length - 1) / this.#step()) * this.#step();
    const go = (label: string, sign: string, to: number, off: boolean): TemplateResult =>
      html`<button class="btn small icon" aria-label=${label} title=${label} ?disabled=${off} @click=${() => this.store.watchKeys({ from: to })}>${sign}</button>`;
    return html`<div class="pages">
      ${go(words().first, '«', 0, from === 0)}${go(words().before, '‹', Math.max(0, from - this.#step()), from === 0)}
      <span>${words().range(from + 1, from + shown, length)}</span>
      ${go(words().after, '›', from + shown, more === 0)}${go(words().last, '»', last, more === 0)}
    </div>`;
  }

  #step(): number {
    return this.detail.type === 'string' ? 4096 : 200;
  }

  #value({ type, items, from }: KeyDetail): TemplateResult {
    switch (type) {
      case 'list':
        return html`<ol>${items.map((item, i) => html`<li data-i=${from + i}>${shown(item)}</li>`)}</ol>`;
      case 'set':
        return html`<ul>${items.map((item) => html`<li>${shown(item)}</li>`)}</ul>`;
      case 'hash':
        return table(items, words().field, words().value, '');
      case 'zset':
        return table(items, words().member, words().score, 'score');
      default:
        return html`<pre>${shown(items[0] ?? '')}</pre>`;
    }
  }
}

function table(items: readonly ByteString[], left: string, right: string, style: string): TemplateResult {
  const rows = Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i] as string, items[2 * i + 1] as string] as const);
  return html`<table>
    <tr><th scope="col">${left}</th><th scope="col" class=${style}>${right}</th></tr>
    ${rows.map(([a, b]) => html`<tr><td>${shown(a)}</td><td class=${style}>${style === '' ? shown(b) : b}</td></tr>`)}
  </table>`;
}

function shown(item: ByteString): string {
  return text(quote(item));
}

customElements.define('rl-value', ValueElement);
