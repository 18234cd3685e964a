// A list: its elements in order, each with its index.

import { html } from 'lit';
import { words } from '../../model/words/values.ts';
import { onlyLook, shown, viewer } from './registry.ts';

viewer('list', {
  looks: onlyLook(({ items, from }) => html`<table>
    <thead><tr><th scope="col" class="place">${words().index}</th><th scope="col">${words().value}</th></tr></thead>
    <tbody>${items.map((item, i) => html`<tr><td class="place">${from + i}</td><td>${shown(item)}</td></tr>`)}</tbody>
  </table>`),
});
