// A sorted set: members by rank, each with its score, and a bar that shows how the scores of this page compare.

import { css, html } from 'lit';
import { text } from '../../model/bytes.ts';
import { bars } from '../../model/formats.ts';
import { words } from '../../model/words/values.ts';
import { vars } from '../base.ts';
import { onlyLook, pairs, shown, viewer } from './registry.ts';

viewer('zset', {
  styles: css`
    .score { width: 34%; text-align: right; }
    .bar { display: block; height: 3px; margin: 2px 0 1px; border-radius: 2px; background: var(--line-soft); overflow: hidden; }
    .bar::before { content: ''; display: block; width: calc(var(--part) * 100%); height: 100%; margin-left: auto; background: var(--number); }
    .bar.minus::before { background: repeating-linear-gradient(90deg, var(--number) 0 3px, transparent 3px 5px); }
  `,
  looks: onlyLook(({ items, from }) => {
    const members = pairs(items);
    const parts = bars(members.map(([, score]) => score));
    return html`<table>
      <thead><tr><th scope="col" class="place">${words().rank}</th><th scope="col">${words().member}</th><th scope="col" class="score">${words().score}</th></tr></thead>
      <tbody>${members.map(([member, score], i) => html`<tr><td class="place">${from + i}</td><td>${shown(member)}</td>
        <td class="number score">${text(score)}<span class="bar ${score.startsWith('-') ? 'minus' : ''}" ${vars({ part: parts[i] as number })}></span></td></tr>`)}</tbody>
    </table>`;
  }),
});
