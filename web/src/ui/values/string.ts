// A string: as text, as JSON where it is some, as a number where INCR could count with it, byte by byte and bit by bit;
// as a HyperLogLog where it begins as one does.

import { css, html, type TemplateResult } from 'lit';
import { decoded, isUtf8 } from '../../model/bytes.ts';
import type { KeyDetail } from '../../model/engine.ts';
import { hexDump, prettyJson, whole, type Token, type Whole } from '../../model/formats.ts';
import { words } from '../../model/words/values.ts';
import { shown, viewer, type Look } from './registry.ts';

viewer('string', {
  styles: css`
    pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--string); }
    pre.dump { width: max-content; white-space: pre; overflow-wrap: normal; color: var(--text); font-size: 12px; }
    pre .name { color: var(--k0); }
    pre .number, pre .word { color: var(--number); }
    pre .mark { color: var(--muted); }
    dl.number { display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; margin: 0; }
    dl.number dt { font: 11.5px/1.6 var(--sans); color: var(--muted); }
    dl.number dd { margin: 0; color: var(--number); overflow-wrap: anywhere; }
    .emptiness { margin: 0; color: var(--muted); font: 12px var(--sans); }
  `,
  looks(detail) {
    const bytes = detail.items[0] ?? '';
    const { view } = words();
    const looks: Look[] = [
      { id: 'text', label: view.text, render: () => html`<pre>${shown(bytes)}</pre>` },
      { id: 'hex', label: view.hex, render: dump },
      { id: 'bits', label: view.bits, render: bits },
    ];
    if (detail.sketch !== undefined) looks.unshift({ id: 'sketch', label: view.sketch, render: sketch, whole: true });
    // A page of a longer one is no JSON and no number, even where it looks like it.
    if (detail.from > 0 || detail.more > 0) return looks;
    const json = isUtf8(bytes) ? prettyJson(decoded(bytes)) : null;
    const number = whole(bytes);
    if (json !== null) looks.unshift({ id: 'json', label: view.json, render: () => indented(json) });
    if (number !== null) looks.splice(1, 0, { id: 'number', label: view.number, render: () => notations(number) });
    return looks;
  },
});

function dump({ items, from }: KeyDetail): TemplateResult {
  const lines = hexDump(items[0] ?? '', from);
  return lines === '' ? html`<p class="emptiness">${words().emptyText}</p>` : html`<pre class="dump">${lines}</pre>`;
}

function bits(detail: KeyDetail): TemplateResult {
  void import('./bits.ts');
  return html`<rl-bits .detail=${detail}></rl-bits>`;
}

function sketch(detail: KeyDetail): TemplateResult {
  void import('./sketch.ts');
  return html`<rl-sketch .detail=${detail}></rl-sketch>`;
}

function indented(tokens: readonly Token[]): TemplateResult {
  return html`<pre>${tokens.map(({ kind, text }) => (kind === 'string' ? escaped(text) : html`<span class=${kind}>${escaped(text)}</span>`))}</pre>`;
}

/** JSON may hold characters that nobody sees or that turn text round: in its strings they can be written as escapes. */
function escaped(text: string): string {
  return text.replace(/[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function notations({ decimal, hexadecimal, binary }: Whole): TemplateResult {
  return html`<dl class="number">
    <dt>${words().decimal}</dt><dd>${decimal}</dd><dt>${words().hexadecimal}</dt><dd>${hexadecimal}</dd><dt>${words().binary}</dt><dd>${binary}</dd>
  </dl>`;
}
