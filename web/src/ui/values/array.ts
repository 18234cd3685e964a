// An array: its values by index, with what is empty between them, and where it goes on.

import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../model/bytes.ts';
import type { KeyDetail } from '../../model/engine.ts';
import { gaps } from '../../model/values/arrays.ts';
import { words } from '../../model/words/viewers.ts';
import { onlyLook, pairs, shown, viewer } from './registry.ts';

viewer('array', {
  styles: css`
    .about { margin: 0 0 8px; font: 11.5px var(--sans); color: var(--muted); }
    tr.gap td { color: var(--faint); font: 11.5px var(--sans); }
    tr.next td { color: var(--muted); font: 11.5px var(--sans); }
  `,
  looks: onlyLook(table),
});

function table({ items, from, array, more }: KeyDetail): TemplateResult {
  const values = pairs(items);
  const empty = gaps(values.map(([index]) => text(index)), from === 0);
  return html`
    ${array === undefined ? nothing : html`<p class="about">${array.ring === '0' ? nothing : html`${words().ring(array.ring)} · `}${words().layout(array.stretches, array.pairs)}</p>`}
    <table>
      <thead><tr><th scope="col" class="place">${words().index}</th><th scope="col">${words().value}</th></tr></thead>
      <tbody>
        ${values.map(([index, value], i) => html`
          ${empty[i] === '' ? nothing : html`<tr class="gap"><td class="place" aria-hidden="true">⋮</td><td>${words().empty(empty[i] as string)}</td></tr>`}
          <tr><td class="place">${text(index)}</td><td>${shown(value)}</td></tr>`)}
        ${array === undefined || more > 0 ? nothing : html`<tr class="next"><td class="place">${array.next ?? '–'}</td><td>${array.next === null ? words().full : words().next}</td></tr>`}
      </tbody>
    </table>`;
}
