// A HyperLogLog: what it answers, the form it is in, its registers side by side, and how many hold which value.

import { css, html, svg, type TemplateResult } from 'lit';
import type { SketchDetail } from '../../model/engine.ts';
import { count } from '../../model/units.ts';
import { words } from '../../model/words/viewers.ts';
import { shared, vars } from '../base.ts';
import { ViewedElement } from './viewed.ts';

/** The strip's size, in units of its own: a bar is one wide. */
const STRIP_HEIGHT = 44;

export class SketchElement extends ViewedElement {
  static override styles = [
    shared,
    css`
      :host { display: block; font-family: var(--sans); font-size: 12px; color: var(--muted); }
      .big { margin: 0 0 8px; }
      .big b { margin-right: 6px; font: 600 22px/1.2 var(--sans); color: var(--text); font-variant-numeric: tabular-nums; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 14px; margin: 0 0 12px; }
      dd { margin: 0; color: var(--text); font-variant-numeric: tabular-nums; }
      h4 { margin: 0 0 5px; font-size: 11.5px; font-weight: 400; }
      svg { display: block; width: 100%; height: ${STRIP_HEIGHT}px; margin-bottom: 12px; border-bottom: 1px solid var(--line); }
      path { fill: var(--k2); }
      table { width: 100%; border-collapse: collapse; font: 12px var(--mono); }
      th, td { padding: 1px 8px 1px 0; text-align: right; font-weight: 400; font-variant-numeric: tabular-nums; color: var(--text); white-space: nowrap; }
      thead th { font: 11.5px var(--sans); color: var(--muted); }
      td:last-child, th:last-child { width: 99%; padding-right: 0; text-align: left; }
      .bar { display: block; width: max(2px, calc(var(--part) * 100%)); height: 7px; border-radius: 2px; background: var(--k2); }
      .zero .bar { background: repeating-linear-gradient(90deg, var(--faint) 0 2px, transparent 2px 4px); }
      @media (forced-colors: active) { path { fill: CanvasText; } .bar { border-top: 7px solid CanvasText; } }
    `,
  ];

  protected override render(): TemplateResult {
    const { sketch } = this.detail;
    if (sketch == null) return html`<p>${words().unreadable}</p>`;
    const used = 16384 - (sketch.histogram[0] ?? 0);
    return html`
      <p class="big"><b>${count(sketch.estimate)}</b>${words().estimate}</p>
      <dl>
        <dt>${words().form}</dt><dd>${words().forms[sketch.dense ? 'dense' : 'sparse']}</dd>
        <dt>${words().used}</dt><dd>${words().usedOf(used)}</dd>
        <dt>${words().answer}</dt><dd>${words().answers[sketch.kept ? 'kept' : 'old']}</dd>
      </dl>
      <h4>${words().strip}</h4>${strip(sketch)}
      <h4 id="values">${words().histogram}</h4>${histogram(sketch)}
    `;
  }
}

function strip({ strip: bars, histogram: values }: SketchDetail): TemplateResult {
  const most = Math.max(1, values.length - 1);
  const path = bars.map((value, i) => (value === 0 ? '' : `M${i} ${STRIP_HEIGHT}v${-Math.round((10 * value * STRIP_HEIGHT) / most) / 10}h.8V${STRIP_HEIGHT}z`)).join('');
  return html`<svg viewBox="0 0 ${bars.length} ${STRIP_HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${words().stripSays(values.length - 1)}>${svg`<path d=${path} />`}</svg>`;
}

function histogram({ histogram: counts }: SketchDetail): TemplateResult {
  // The zeros, of which there are many while a HyperLogLog is young, have a bar of their own kind.
  const most = Math.max(1, ...counts.slice(1));
  return html`<table aria-labelledby="values">
    <thead><tr><th scope="col">${words().value}</th><th scope="col">${words().registers}</th><th aria-hidden="true"></th></tr></thead>
    <tbody>${counts.map((n, value) => html`<tr class=${value === 0 ? 'zero' : ''}><td>${value}</td><td>${count(n)}</td><td>${n === 0 ? '' : html`<span class="bar" ${vars({ part: Math.min(1, n / most) })}></span>`}</td></tr>`)}</tbody>
  </table>`;
}

customElements.define('rl-sketch', SketchElement);
