// A vector set: its elements with their attributes, and for the one that is chosen its neighbours in the graph, the most
// similar first. A neighbour can be chosen in its turn, so one can walk the graph.

import { css, html, nothing, type TemplateResult } from 'lit';
import { text, type ByteString } from '../../model/bytes.ts';
import type { VectorsDetail } from '../../model/engine.ts';
import { words } from '../../model/words/viewers.ts';
import { shared, vars } from '../base.ts';
import { pairs, shown } from './registry.ts';
import { ViewedElement } from './viewed.ts';

/** What similarities are told in. */
const WHOLE = 10_000;

export class VectorsElement extends ViewedElement {
  static override properties = { ...ViewedElement.properties, chosen: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: block; font-family: var(--sans); font-size: 12px; color: var(--muted); }
      p { margin: 0 0 8px; font-size: 11.5px; }
      h4 { margin: 0 0 5px; font-size: 11.5px; font-weight: 400; }
      h4 b { font: 600 12px var(--mono); color: var(--text); overflow-wrap: anywhere; }
      section { margin-bottom: 12px; padding: 8px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); }
      ol { display: grid; gap: 3px; margin: 0; padding: 0; list-style: none; }
      li { display: grid; grid-template-columns: minmax(60px, 34%) 1fr max-content; gap: 8px; align-items: center; }
      .bar { display: block; width: max(2px, calc(var(--part) * 100%)); height: 7px; border-radius: 2px; background: var(--k2); }
      .figure { font: 12px var(--mono); color: var(--number); font-variant-numeric: tabular-nums; }
      table { width: 100%; border-collapse: collapse; font: 12px var(--mono); }
      th, td { padding: 2px 10px 2px 0; text-align: left; vertical-align: top; font-weight: 400; border-bottom: 1px solid var(--line-soft); overflow-wrap: anywhere; }
      thead th { font: 11.5px var(--sans); color: var(--muted); }
      td { color: var(--string); }
      tr > :last-child { padding-right: 0; }
      button { min-height: 24px; max-width: 100%; padding: 1px 6px; border-radius: 5px; font: 12px var(--mono); text-align: left; color: var(--text); overflow-wrap: anywhere; }
      td button { margin-left: -6px; }
      button:hover { background: var(--raised); }
      button[aria-pressed='true'] { background: var(--raised); box-shadow: 0 0 0 1px var(--line); color: var(--accent); }
      li span.name { padding: 1px 6px; font: 12px var(--mono); color: var(--text); overflow-wrap: anywhere; }
      @media (forced-colors: active) { .bar { border-top: 7px solid CanvasText; } }
    `,
  ];

  /** The element whose neighbours are shown; the first one until one is chosen, or where it is not on this page. */
  declare chosen: ByteString | null;

  constructor() {
    super();
    this.chosen = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { items, vectors } = this.detail;
    if (vectors === undefined) return nothing;
    const elements = pairs(items);
    const at = Math.max(0, elements.findIndex(([name]) => name === this.chosen));
    const chosen = elements[at]?.[0];
    const known = new Set(elements.map(([name]) => name));
    return html`
      <p>${words().vectors(vectors.dimension, words().quantizations[vectors.quantization] ?? vectors.quantization, vectors.layers)}</p>
      ${chosen === undefined ? nothing : this.#near(chosen, vectors.neighbours[at] ?? [], known)}
      <table>
        <thead><tr><th scope="col">${words().element}</th><th scope="col">${words().attributes}</th></tr></thead>
        <tbody>${elements.map(([name, attributes]) => html`<tr><td>${this.#choice(name, name === chosen)}</td><td>${attributes === '' ? nothing : text(attributes)}</td></tr>`)}</tbody>
      </table>`;
  }

  #near(chosen: ByteString, neighbours: VectorsDetail['neighbours'][number], known: ReadonlySet<ByteString>): TemplateResult {
    return html`<section aria-labelledby="near">
      <h4 id="near">${words().near} <b>${shown(chosen)}</b></h4>
      ${neighbours.length === 0 ? html`<p>${words().alone}</p>` : html`<ol>${neighbours.map(({ element, similarity }) => html`<li>
        ${known.has(element) ? this.#choice(element, false) : html`<span class="name">${shown(element)}</span>`}
        <span class="bar" ${vars({ part: similarity / WHOLE })}></span>
        <span class="figure">${words().similarity(similarity / WHOLE)}</span></li>`)}</ol>`}
    </section>`;
  }

  #choice(name: ByteString, pressed: boolean): TemplateResult {
    return html`<button aria-pressed=${pressed ? 'true' : 'false'} @click=${() => (this.chosen = name)}>${shown(name)}</button>`;
  }
}

customElements.define('rl-vectors', VectorsElement);
