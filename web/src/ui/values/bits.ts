// A string as a grid of bits, and what one bit of it is. The grid is two paths, however many bits there are.

import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { type ByteString } from '../../model/bytes.ts';
import { count } from '../../model/units.ts';
import { countSet, gridPath, isSet, ROW_BITS, runsOf, type BitRun } from '../../model/values/bits.ts';
import { words } from '../../model/words/viewers.ts';
import { shared } from '../base.ts';
import { ViewedElement } from './viewed.ts';

/** Pixels of a cell, and of the column with offsets. */
const CELL = 8;
const MARGIN = 44;
/** Runs of bits that are listed. */
const RUNS_MAX = 24;
/** Rows are lower than letters: every second has an offset, in large grids every fourth. */
const LARGE_ROWS = 48;

interface Drawn {
  bytes: ByteString;
  path: string;
  set: number;
  runs: BitRun[];
}

export class BitsElement extends ViewedElement {
  static override properties = { ...ViewedElement.properties, at: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: block; font-family: var(--sans); font-size: 12px; color: var(--muted); }
      .line { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; margin: 0 0 8px; font-variant-numeric: tabular-nums; }
      .line b { font-weight: 600; color: var(--text); }
      label { display: inline-flex; align-items: center; gap: 6px; margin-left: auto; }
      input { width: 66px; height: 26px; padding: 0 6px; font: 12px var(--mono); color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; }
      output { min-width: 26px; color: var(--text); }
      svg { display: block; max-width: 100%; height: auto; }
      text { font: 9.5px var(--mono); fill: var(--faint); text-anchor: end; }
      .all { fill: var(--line-soft); }
      .set { fill: var(--k0); }
      .cells { stroke: var(--panel); stroke-width: 1.4; fill: none; pointer-events: none; }
      .bytes { stroke: var(--panel); stroke-width: 3; fill: none; pointer-events: none; }
      .cursor { fill: none; stroke: var(--accent); stroke-width: 2; pointer-events: none; }
      p { margin: 8px 0 0; line-height: 1.5; overflow-wrap: anywhere; }
      @media (forced-colors: active) { .all { fill: Canvas; stroke: GrayText; } .set { fill: Highlight; } }
    `,
  ];

  /** The bit that is looked at. */
  declare at: number;
  #drawn: Drawn | null = null;

  constructor() {
    super();
    this.at = -1;
  }

  protected override render(): TemplateResult {
    const { items: [bytes = ''], from, more } = this.detail;
    const drawn = this.#drawing(bytes);
    const bits = bytes.length * 8;
    const first = from * 8;
    const whole = from === 0 && more === 0;
    const at = this.at < 0 ? (drawn.runs[0]?.[0] ?? 0) + first : this.at;
    const here = at >= first && at < first + bits;
    const said = (whole ? words().bitsSet : words().bitsSetHere)(drawn.set, bits);
    return html`
      <div class="line"><b>${said}</b>
        ${bits === 0 ? nothing : html`<label>${words().bit} <input type="number" min=${first} max=${first + bits - 1} .value=${String(at)} @input=${this.#look} /></label>
        <output>${here ? words().bitIs(isSet(bytes, at - first)) : ''}</output>`}
      </div>
      ${bits === 0 ? nothing : this.#grid(bits, first, drawn, here ? at - first : null)}
      ${bits === 0 ? nothing : html`<p>${drawn.runs.length === 0 ? words().noneSet : html`${words().setBits}: <span class="mono">${listed(drawn.runs, first)}</span>`}</p>`}
    `;
  }

  #grid(bits: number, first: number, { path, set }: Drawn, at: number | null): TemplateResult {
    const rows = Math.ceil(bits / ROW_BITS);
    const [width, height] = [ROW_BITS * CELL, rows * CELL];
    const every = rows > LARGE_ROWS ? 4 : 2;
    const last = bits - (rows - 1) * ROW_BITS;
    const all = `M0 0h${width}v${(rows - 1) * CELL}H${last * CELL}v${CELL}H0z`;
    return html`<svg viewBox="0 0 ${MARGIN + width} ${height}" width=${MARGIN + width} role="img" aria-label=${words().grid(set, bits)} @click=${this.#point}>
      ${Array.from({ length: Math.ceil(rows / every) }, (_, i) => svg`<text x=${MARGIN - 6} y=${i * every * CELL + CELL - 0.5}>${first + i * every * ROW_BITS}</text>`)}
      <g transform="translate(${MARGIN} 0)">
        <path class="all" d=${rows === 1 ? `M0 0H${last * CELL}v${CELL}H0z` : all} /><path class="set" d=${path} />
        <path class="cells" d=${lines(rows)} /><path class="bytes" d=${`M${8 * CELL} 0V${height}M${16 * CELL} 0V${height}M${24 * CELL} 0V${height}`} />
        ${at === null ? nothing : svg`<rect class="cursor" x=${(at % ROW_BITS) * CELL - 0.5} y=${Math.floor(at / ROW_BITS) * CELL - 0.5} width=${CELL + 1} height=${CELL + 1} rx="2" />`}
      </g>
    </svg>`;
  }

  /** Drawn once for each value: the page redraws while time passes. */
  #drawing(bytes: ByteString): Drawn {
    if (this.#drawn?.bytes !== bytes) this.#drawn = { bytes, path: gridPath(bytes, CELL), set: countSet(bytes), runs: runsOf(bytes, RUNS_MAX + 1) };
    return this.#drawn;
  }

  readonly #look = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    if (/^\d+$/.test(value)) this.at = Number(value);
  };

  readonly #point = (event: MouseEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const scale = (MARGIN + ROW_BITS * CELL) / box.width;
    const column = Math.floor(((event.clientX - box.x) * scale - MARGIN) / CELL);
    const bit = Math.floor(((event.clientY - box.y) * scale) / CELL) * ROW_BITS + column;
    if (column >= 0 && column < ROW_BITS && bit < (this.detail.items[0] ?? '').length * 8) this.at = this.detail.from * 8 + bit;
  };
}

function listed(runs: readonly BitRun[], first: number): string {
  const shown = runs.slice(0, RUNS_MAX).map(([from, to]) => (from === to ? count(first + from) : `${count(first + from)}–${count(first + to)}`));
  return shown.join(', ') + (runs.length > RUNS_MAX ? ` … ${words().andMore}` : '');
}

/** Between cells. */
function lines(rows: number): string {
  let path = '';
  for (let column = 0; column <= ROW_BITS; column++) path += `M${column * CELL} 0v${rows * CELL}`;
  for (let row = 0; row <= rows; row++) path += `M0 ${row * CELL}h${ROW_BITS * CELL}`;
  return path;
}

customElements.define('rl-bits', BitsElement);
