// A hash: a table of its fields, with a column for what is left to them where some have deadlines.

import { css, html, nothing, type TemplateResult } from 'lit';
import type { KeyDetail, Micros } from '../../model/engine.ts';
import { words } from '../../model/words/values.ts';
import { ttl, ttlStyles } from '../ttl.ts';
import { onlyLook, pairs, shown, viewer } from './registry.ts';

viewer('hash', {
  styles: css`
    td.field { width: 40%; color: var(--text); }
    td.left, th.left { width: 1%; white-space: nowrap; }
    td.left .ttl { vertical-align: middle; }
    ${ttlStyles}
  `,
  looks: onlyLook(table),
});

function table({ items, deadlines }: KeyDetail, now: Micros): TemplateResult {
  const left = (i: number): TemplateResult => {
    const at = deadlines?.[i] ?? null;
    return html`<td class="left">${at === null ? html`<span class="muted" title=${words().noDeadline}>–</span>` : ttl(at - now, words().fieldExpires)}</td>`;
  };
  return html`<table>
    <thead><tr><th scope="col">${words().field}</th><th scope="col">${words().value}</th>${deadlines === undefined ? nothing : html`<th scope="col" class="left">${words().expires}</th>`}</tr></thead>
    <tbody>${pairs(items).map(([field, value], i) => html`<tr><td class="field">${shown(field)}</td><td>${shown(value)}</td>${deadlines === undefined ? nothing : left(i)}</tr>`)}</tbody>
  </table>`;
}
