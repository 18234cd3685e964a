// A sorted set of places as a small map: no tiles and no network, only a grid of degrees and a bar to measure by. The
// table below says the same in figures; the place of the row that is pointed at stands out.

import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { text } from '../../model/bytes.ts';
import type { KeyDetail } from '../../model/engine.ts';
import { chart, labelled, placeOf, type Chart, type Place } from '../../model/values/places.ts';
import { words } from '../../model/words/viewers.ts';
import { shared } from '../base.ts';
import { pairs, shown } from './registry.ts';
import { ViewedElement } from './viewed.ts';

const WIDTH = 340;
const HEIGHT = 200;
/** Pixels of a letter, and of a label's line. */
const LETTER = 6.2;
const LINE = 12;
/** Letters of a label; the table has all of them. */
const LABEL_MAX = 18;

interface Spot extends Place {
  name: string;
  label: string;
}

export class MapElement extends ViewedElement {
  static override properties = { ...ViewedElement.properties, over: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: block; font-family: var(--sans); font-size: 12px; color: var(--muted); }
      svg { display: block; width: 100%; max-width: 440px; height: auto; margin-bottom: 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); }
      .lines { stroke: var(--line); stroke-width: 1; fill: none; }
      .degree { font: 9.5px var(--mono); fill: var(--faint); }
      .scale { stroke: var(--muted); stroke-width: 1.5; fill: none; }
      .measure { font: 10px var(--sans); fill: var(--muted); text-anchor: end; }
      .spot circle { fill: var(--k2); stroke: var(--bg); stroke-width: 1.5; }
      .spot text { font: 600 11px var(--mono); fill: var(--text); paint-order: stroke; stroke: var(--bg); stroke-width: 3; }
      .spot.over circle { fill: var(--accent); }
      table { width: 100%; border-collapse: collapse; font: 12px var(--mono); }
      th, td { padding: 3px 10px 3px 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--line-soft); overflow-wrap: anywhere; }
      thead th { font: 11.5px var(--sans); color: var(--muted); }
      tbody tr:hover { background: var(--raised); }
      td { color: var(--string); }
      td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
      td.number { color: var(--number); }
      tr > :last-child { padding-right: 0; }
      p { margin: 6px 0 0; font-size: 11.5px; }
      @media (forced-colors: active) { .spot circle { fill: Highlight; } .spot text { fill: CanvasText; stroke: Canvas; } }
    `,
  ];

  /** The place that is pointed at. */
  declare over: number;
  #read: { detail: KeyDetail; spots: Spot[]; map: Chart } | null = null;

  constructor() {
    super();
    this.over = -1;
  }

  protected override render(): TemplateResult {
    const { spots, map } = this.#places();
    return html`${this.#map(spots, map)}
      <table>
        <thead><tr><th scope="col">${words().member}</th><th scope="col" class="number">${words().longitude}</th><th scope="col" class="number">${words().latitude}</th></tr></thead>
        <tbody>${spots.map((spot, i) => html`<tr @pointerenter=${() => (this.over = i)} @pointerleave=${() => (this.over = -1)}>
          <td>${spot.name}</td><td class="number">${eastWest(spot.longitude, 5)}</td><td class="number">${northSouth(spot.latitude, 5)}</td></tr>`)}</tbody>
      </table>
      <p>${words().guessed}</p>`;
  }

  #map(spots: readonly Spot[], map: Chart): TemplateResult {
    const points = spots.map((spot) => {
      const width = spot.label.length * LETTER + 6;
      const x = map.x(spot.longitude);
      // On the other side where it would be cut off.
      const left = x + 8 + width > WIDTH;
      return { x: left ? x - 8 - width : x + 8, y: map.y(spot.latitude), width, spotX: x, left };
    });
    const free = labelled(points, LINE);
    const grid = map.meridians.map((at) => `M${map.x(at)} 0V${HEIGHT}`).join('') + map.parallels.map((at) => `M0 ${map.y(at)}H${WIDTH}`).join('');
    const order = spots.map((_, i) => i).sort((a, b) => Number(a === this.over) - Number(b === this.over));
    const right = WIDTH - 10;
    return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${words().map(spots.length)}>
      <path class="lines" d=${grid} />
      ${map.meridians.filter((at) => map.x(at) < WIDTH - 56).map((at) => svg`<text class="degree" x=${map.x(at) + 3} y="10">${eastWest(at, map.digits)}</text>`)}
      ${map.parallels.filter((at) => map.y(at) > 24).map((at) => svg`<text class="degree" x="3" y=${map.y(at) - 3}>${northSouth(at, map.digits)}</text>`)}
      <path class="scale" d=${`M${right - map.scale.width} ${HEIGHT - 14}v4H${right}v-4`} />
      <text class="measure" x=${right} y=${HEIGHT - 18}>${words().distance(map.scale.km)}</text>
      ${order.map((i) => this.#spot(spots[i] as Spot, points[i] as (typeof points)[number], free[i] === true || i === this.over, i))}
    </svg>`;
  }

  #spot(spot: Spot, { spotX, x, y, left, width }: { spotX: number; x: number; y: number; left: boolean; width: number }, named: boolean, i: number): TemplateResult {
    return svg`<g class="spot ${i === this.over ? 'over' : ''}" @pointerenter=${() => (this.over = i)} @pointerleave=${() => (this.over = -1)}>
      <circle cx=${spotX} cy=${y} r=${i === this.over ? 6 : 4.5}><title>${spot.name}</title></circle>
      ${named ? svg`<text x=${left ? x + width : x} y=${y + 4} text-anchor=${left ? 'end' : 'start'}>${spot.label}</text>` : nothing}</g>`;
  }

  /** Worked out once for each page of the value. */
  #places(): { spots: Spot[]; map: Chart } {
    if (this.#read?.detail !== this.detail) {
      const spots = pairs(this.detail.items).map(([member, score]) => {
        const plain = text(member);
        return { ...placeOf(Number(score)), name: shown(member), label: plain.length > LABEL_MAX ? `${plain.slice(0, LABEL_MAX - 1)}…` : plain };
      });
      this.#read = { detail: this.detail, spots, map: chart(spots, WIDTH, HEIGHT) };
    }
    return this.#read;
  }
}

function eastWest(longitude: number, digits: number): string {
  return (longitude < 0 ? words().west : words().east)(Math.abs(longitude), digits);
}

function northSouth(latitude: number, digits: number): string {
  return (latitude < 0 ? words().south : words().north)(Math.abs(latitude), digits);
}

customElements.define('rl-map', MapElement);
