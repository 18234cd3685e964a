// The swim-lanes as SVG: a row per client and one for the loop, ending at now. Filled: executing. Hatched: waiting in
// the queue. Thin: parked. The axis is `model/lanes`' folded time.

import { css, html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { text } from '../model/bytes.ts';
import { layout, type Axis, type Span, type Stretch } from '../model/lanes.ts';
import { count, duration } from '../model/units.ts';
import { colours, shared, StoreElement } from './base.ts';

const LABEL = 76;
const ROW_MAX = 58;
const ROW_MIN = 20;
const FOOT = 22;
/** Idle gaps from this length on, in microseconds, are marked. */
const FOLD_US = 100_000;

export class LanesElement extends StoreElement {
  static override properties = { ...StoreElement.properties, width: { state: true }, height: { state: true } };

  static override styles = [
    shared,
    colours,
    css`
      :host { display: flex; flex-direction: column; min-height: 190px; padding: 10px 20px 8px; }
      .head { display: flex; flex-wrap: wrap; gap: 4px 16px; justify-content: space-between; align-items: center; margin-bottom: 8px; }
      .legend { display: flex; gap: 14px; font-size: 11.5px; color: var(--muted); }
      .legend span { display: inline-flex; align-items: center; gap: 6px; }
      .legend svg { color: var(--muted); }
      .plot { flex: 1; min-height: 150px; position: relative; overflow: hidden; }
      .plot svg { position: absolute; inset: 0; display: block; }
      text { font: 12px var(--sans); fill: var(--muted); }
      text.name { fill: var(--k); font-weight: 600; }
      text.small { font-size: 10.5px; fill: var(--faint); font-variant-numeric: tabular-nums; }
      text.in { font: 600 11px var(--mono); fill: var(--panel); pointer-events: none; }
      .rule { stroke: var(--line-soft); }
      .run { fill: var(--k); }
      .run.error { stroke: var(--error); stroke-width: 2; }
      .wait { fill: color-mix(in srgb, var(--k) 16%, transparent); }
      .hatch { stroke: var(--k); stroke-opacity: 0.45; stroke-width: 2; }
      .blocked { fill: var(--k); opacity: 0.55; }
      .busy { fill: var(--accent); }
      .free { fill: color-mix(in srgb, var(--accent) 9%, transparent); }
      .now { stroke: var(--accent); stroke-width: 1.5; }
      .fold { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 1 4; }
      .empty { position: absolute; inset: 0; display: grid; place-items: center; color: var(--faint); font-size: 13px; text-align: center; padding: 0 20px; }
      @container page (max-width: 700px) { :host { padding: 10px 14px 8px; } .legend { gap: 10px; } }
    `,
  ];

  declare width: number;
  declare height: number;
  readonly #observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return;
    this.width = Math.round(entry.contentRect.width);
    this.height = Math.round(entry.contentRect.height);
  });

  constructor() {
    super();
    this.live = true;
    this.width = 0;
    this.height = 0;
  }

  override firstUpdated(): void {
    const plot = this.renderRoot.querySelector('.plot');
    if (plot !== null) this.#observer.observe(plot);
  }

  override disconnectedCallback(): void {
    this.#observer.disconnect();
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const { runs } = this.store.session.lanes;
    return html`
      <div class="head">
        <h2>Lanes</h2>
        <div class="legend" aria-hidden="true">
          <span><svg width="16" height="10"><rect width="16" height="10" rx="3" fill="currentColor" /></svg>executing</span>
          <span><svg width="16" height="10"><rect width="16" height="10" rx="3" fill="currentColor" opacity=".18" /><path d="M2 10 8 0M8 10l6-10" stroke="currentColor" /></svg>waiting</span>
          <span><svg width="16" height="10"><rect y="3.5" width="16" height="3" rx="1.5" fill="currentColor" opacity=".55" /></svg>parked</span>
        </div>
      </div>
      <div class="plot">
        ${runs.length === 0 ? html`<div class="empty">Each client gets a lane. Run a command to see when it executes, waits or is parked.</div>` : nothing}
        ${this.width > 0 && runs.length > 0 ? this.#plot() : nothing}
      </div>
    `;
  }

  #plot(): TemplateResult {
    const { session } = this.store;
    const now = this.store.now();
    const clients = [...session.clients.values()];
    const rows = clients.length + 1;
    const pitch = Math.max(ROW_MIN, Math.min(ROW_MAX, (this.height - FOOT) / rows));
    const bar = Math.min(28, pitch - 10);
    const axis = layout(session.lanes.runs, now, this.width - LABEL - 26);
    const row = new Map(clients.map((client, i) => [client.id, i]));
    const top = (index: number): number => index * pitch + (pitch - bar) / 2;
    const end = LABEL + axis.end;
    return html`<svg width=${this.width} height=${this.height} role="img" aria-label=${this.#summary()}>
      <defs>${clients.map(({ colour }) => svg`<pattern id="h${colour}" class="k${colour}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(35)"><path class="hatch" d="M1 0V7" /></pattern>`)}</defs>
      ${clients.map((client, i) => svg`
        <text class="name k${client.colour}" x="0" y=${top(i) + bar / 2 + 4}>${clip(client.name)}</text>
        <path class="rule" d="M0 ${(i + 1) * pitch}H${this.width}" />`)}
      <text x="0" y=${top(clients.length) + bar / 2 + 4}>loop</text>
      ${axis.end > 0 ? svg`<rect class="free" x=${LABEL} y=${top(clients.length)} width=${axis.end} height=${bar} rx="4" />` : nothing}
      ${this.#folds(axis, rows * pitch)}
      ${session.lanes.spans.filter((span) => row.has(span.client)).map((span) => this.#span(span, axis, top(row.get(span.client) as number), bar, now))}
      ${axis.stretches.map((stretch) => this.#run(stretch, row, top, bar, clients.length))}
      <path class="now" d="M${end} 0V${rows * pitch}" />
      <text class="small" x=${Math.min(end + 4, this.width - 24)} y=${rows * pitch + 13}>now</text>
    </svg>`;
  }

  /** Idle gaps: a dotted line each, and how long they were where the words have room. */
  #folds(axis: Axis, foot: number): SVGTemplateResult[] {
    let free = 0;
    return axis.stretches
      .filter(({ run, from, to, width }) => run === null && to - from >= FOLD_US && width > 12)
      .map(({ from, to, x, width }) => {
        const middle = LABEL + x + width / 2;
        const words = duration(Math.round((to - from) / FOLD_US) * FOLD_US);
        const room = middle - words.length * 3 > free && middle + words.length * 3 < LABEL + axis.end - 4;
        if (room) free = middle + words.length * 3 + 8;
        return svg`<path class="fold" d="M${middle} 0V${foot}" />
          ${room ? svg`<text class="small" text-anchor="middle" x=${middle} y=${foot + 13}>${words}</text>` : nothing}`;
      });
  }

  #run(
    { run, x: from, width: whole }: Stretch, row: ReadonlyMap<number, number>, top: (index: number) => number, bar: number, loop: number,
  ): SVGTemplateResult | typeof nothing {
    if (run === null) return nothing;
    const x = LABEL + from;
    const width = Math.max(2, whole - 1);
    const at = row.get(run.client);
    const client = this.store.session.clients.get(run.client);
    const words = text((run.argv[0] ?? '').toUpperCase());
    const said = `${this.store.session.nameOf(run.client)}: ${words}, ${duration(run.to - run.from)}, ${count(run.units)} visited`;
    return svg`
      ${at === undefined ? nothing : svg`<rect class="run k${client?.colour ?? 0} ${run.error ? 'error' : ''}" x=${x} y=${top(at)} width=${width} height=${bar} rx="4"><title>${said}</title></rect>`}
      ${at !== undefined && width > words.length * 7 + 10 ? svg`<text class="in" x=${x + 6} y=${top(at) + bar / 2 + 4}>${words}</text>` : nothing}
      <rect class="busy" x=${x} y=${top(loop)} width=${width} height=${bar} rx="4"><title>${said}</title></rect>
      ${width > 62 ? svg`<text class="in" x=${x + 6} y=${top(loop) + bar / 2 + 4}>${duration(run.to - run.from)}</text>` : nothing}`;
  }

  #span(span: Span, axis: Axis, y: number, bar: number, now: number): SVGTemplateResult | typeof nothing {
    const to = span.to ?? now;
    if (to <= axis.start) return nothing;
    const x = LABEL + axis.x(span.from);
    const width = LABEL + axis.x(to) - x;
    if (width < 0.5) return nothing;
    const colour = this.store.session.clients.get(span.client)?.colour ?? 0;
    if (span.kind === 'blocked') {
      return svg`<rect class="blocked k${colour}" x=${x} y=${y + bar / 2 - 2} width=${width} height="4" rx="2"><title>parked on ${span.keys.map(text).join(', ')} for ${duration(to - span.from)}</title></rect>`;
    }
    return svg`<g class="k${colour}"><title>waited ${duration(to - span.from)}</title>
      <rect class="wait" x=${x} y=${y} width=${width} height=${bar} rx="4" /><rect fill="url(#h${colour})" x=${x} y=${y} width=${width} height=${bar} rx="4" /></g>`;
  }

  /** The picture in words. */
  #summary(): string {
    const { session } = this.store;
    const last = session.lanes.runs.slice(-5).map((run) => `${session.nameOf(run.client)} ran ${run.argv[0] ?? ''} for ${duration(run.to - run.from)}`);
    return `Timeline. Latest: ${last.join('; ')}.`;
  }
}

function clip(name: string): string {
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}

customElements.define('rl-lanes', LanesElement);
