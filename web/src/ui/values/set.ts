// A set: its members in no order; those of an intset are numbers and look like them.

import { css, html } from 'lit';
import { text } from '../../model/bytes.ts';
import { onlyLook, shown, viewer } from './registry.ts';

viewer('set', {
  styles: css`
    .chips.numbers li { color: var(--number); font-variant-numeric: tabular-nums; }
  `,
  looks: onlyLook(({ items, encoding }) => {
    const numbers = encoding === 'intset';
    return html`<ul class="chips ${numbers ? 'numbers' : ''}">${items.map((item) => html`<li>${numbers ? text(item) : shown(item)}</li>`)}</ul>`;
  }),
});
