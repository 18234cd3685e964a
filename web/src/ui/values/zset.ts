// A sorted set: members by rank, each with its score, and a bar that shows how the scores of this page compare; on a map
// where the scores look like places.

import { css, html, type TemplateResult } from 'lit';
import { text } from '../../model/bytes.ts';
import type { KeyDetail } from '../../model/engine.ts';
import { bars } from '../../model/formats.ts';
import { arePlaces } from '../../model/values/places.ts';
import { words } from '../../model/words/values.ts';
import { vars } from '../base.ts';
import { pairs, shown, viewer, type Look } from './registry.ts';

viewer('zset', {
  styles: css`
    .score { width: 34%; text-align: right; }
    .bar { display: block; height: 3px; margin: 2px 0 1px; border-radius: 2px; background: var(--line-soft); overflow: hidden; }
    .bar::before { content: ''; display: block; width: calc(var(--part) * 100%); height: 100%; margin-left: auto; background: var(--number); }
    .bar.minus::before { background: repeating-linear-gradient(90deg, var(--number) 0 3px, transparent 3px 5px); }
  `,
  looks({ items }) {
    const { view } = words();
    const looks: Look[] = [{ id: 'table', label: view.table, render: table }];
    if (arePlaces(pairs(items).map(([, score]) => score))) looks.unshift({ id: 'map', label: view.map, render: map });
    return looks;
  },
});

function table({ items, from }: KeyDetail): TemplateResult {
  const members = pairs(items);
  const parts = bars(members.map(([, score]) => score));
  return html`<table>
    <thead><tr><th scope="col" class="place">${words().rank}</th><th scope="col">${words().member}</th><th scope="col" class="score">${words().score}</th></tr></thead>
    <tbody>${members.map(([member, score], i) => html`<tr><td class="place">${from + i}</td><td>${shown(member)}</td>
      <td class="number score">${text(score)}<span class="bar ${score.startsWith('-') ? 'minus' : ''}" ${vars({ part: parts[i] as number })}></span></td></tr>`)}</tbody>
  </table>`;
}

function map(detail: KeyDetail): TemplateResult {
  void import('./map.ts');
  return html`<rl-map .detail=${detail}></rl-map>`;
}
