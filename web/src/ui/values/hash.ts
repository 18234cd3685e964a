// A hash: a table of its fields.

import { css, html } from 'lit';
import { words } from '../../model/words/values.ts';
import { onlyLook, pairs, shown, viewer } from './registry.ts';

viewer('hash', {
  styles: css`
    td.field { width: 40%; color: var(--text); }
  `,
  looks: onlyLook(({ items }) => html`<table>
    <thead><tr><th scope="col">${words().field}</th><th scope="col">${words().value}</th></tr></thead>
    <tbody>${pairs(items).map(([field, value]) => html`<tr><td class="field">${shown(field)}</td><td>${shown(value)}</td></tr>`)}</tbody>
  </table>`),
});
