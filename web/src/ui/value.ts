// One key's value, by type: a string's text, a list's cells, a hash's and a sorted set's table, a set's chips.

import { css, html, nothing, type TemplateResult } from 'lit';
import { quote, text, type ByteString } from '../model/bytes.ts';
import type { KeyDetail } from '../model/engine.ts';
import { bytes, count } from '../model/units.ts';
import { shared, StoreElement } from './base.ts';

export class ValueElement extends StoreElement {
  static override properties = { ...StoreElement.properties, detail: { attribute: false } };

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; overflow: hidden; }
      header { padding: 12px 16px 8px; }
      h3 { margin: 0 0 2px; font: 600 13px var(--mono); overflow-wrap: anywhere; }
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
    return html`
      <header>
        <h3>${text(detail.key)}</h3>
        <dl>
          <div><dt>type</dt><dd>${detail.type}</dd></div>
          <div><dt>encoding</dt><dd>${detail.encoding}</dd></div>
          <div><dt>memory</dt><dd>${bytes(detail.bytes)}</dd></div>
        </dl>
      </header>
      <div class="body" tabindex="0" role="group" aria-label="Value of ${text(detail.key)}">${this.#value(detail)}
        ${detail.more > 0 ? html`<p>and ${count(detail.more)} more ${detail.type === 'string' ? 'bytes' : 'items'}</p>` : nothing}
      </div>
    `;
  }

  #value({ type, items }: KeyDetail): TemplateResult {
    switch (type) {
      case 'list':
        return html`<ol>${items.map((item, i) => html`<li data-i=${i}>${shown(item)}</li>`)}</ol>`;
      case 'set':
        return html`<ul>${items.map((item) => html`<li>${shown(item)}</li>`)}</ul>`;
      case 'hash':
        return table(items, 'field', 'value', '');
      case 'zset':
        return table(items, 'member', 'score', 'score');
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
