// The lanes' box: one history, four ways to look at it. The picture is here at once; latencies, the table and the comic
// strip are loaded when somebody asks for them, and the strip is what those see first who want nothing to move.

import { css, html, nothing, type TemplateResult } from 'lit';
import { fitting } from '../model/axis.ts';
import { FOOT } from '../model/picture.ts';
import { words } from '../model/words/lanes.ts';
import { colours, shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';
import type { LanesPlotElement } from './lanes-plot.ts';
import './lanes-plot.ts';
import { lanesOf } from './lanes-view.ts';

const VIEWS = ['lanes', 'latency', 'table', 'strip'] as const;
type View = (typeof VIEWS)[number];

const LOADED: Record<Exclude<View, 'lanes'>, () => Promise<unknown>> = {
  latency: () => import('./lanes-latency.ts'),
  table: () => import('./lanes-table.ts'),
  strip: () => import('./lanes-strip.ts'),
};

/** Size of an exported picture: its width, and the height of a lane. */
const SVG_WIDTH = 1200;
const SVG_LANE = 44;
const SVG_LANES_MAX = 40;

export class LanesElement extends StoreElement {
  static override properties = { ...StoreElement.properties, view: { state: true }, loaded: { state: true } };

  static override styles = [
    shared,
    colours,
    css`
      :host { display: flex; flex-direction: column; min-height: 210px; padding: 10px 20px 8px; }
      .head { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; margin-bottom: 8px; min-height: 28px; }
      .views { display: flex; padding: 2px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
      .views button { height: 24px; padding: 0 9px; border-radius: 6px; font-size: 12px; font-weight: 550; color: var(--muted); }
      .views button:hover { color: var(--text); }
      .views button[aria-pressed='true'] { background: var(--raised); color: var(--text); box-shadow: 0 0 0 1px var(--line); }
      .legend { display: flex; flex-wrap: wrap; order: 3; flex-basis: 100%; gap: 2px 14px; font-size: 11.5px; color: var(--muted); }
      .legend span { display: inline-flex; align-items: center; gap: 5px; white-space: nowrap; }
      .legend svg { color: var(--muted); }
      .tools { display: flex; gap: 4px; margin-left: auto; }
      .tools .btn.small { min-width: 26px; padding: 0 7px; }
      .tools [aria-pressed='true'] { color: var(--accent); border-color: var(--accent); }
      .body { flex: 1; min-height: 150px; position: relative; }
      .body > * { position: absolute; inset: 0; }
      [popover] {
        position: fixed; inset: auto; margin: 6px 0 0; padding: 6px; border: 1px solid var(--line); border-radius: 12px; color: var(--text); background: var(--panel);
        box-shadow: 0 12px 40px #0005; width: max-content; max-width: min(320px, calc(100vw - 24px)); position-area: bottom span-left; position-try-fallbacks: flip-block;
      }
      [popover] button { display: block; width: 100%; text-align: left; padding: 8px 11px; border-radius: 8px; }
      [popover] button:hover, [popover] button:focus-visible { background: var(--raised); }
      [popover] b { display: block; font-weight: 600; font-size: 13px; }
      [popover] span { color: var(--muted); font-size: 12px; }
      @container page (max-width: 700px) { :host { padding: 10px 14px 8px; } .tools { margin-left: 0; } .legend .thinking { display: none; } }
    `,
  ];

  declare view: View;
  /** Views whose code is there. */
  declare loaded: ReadonlySet<View>;
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');

  constructor() {
    super();
    this.loaded = new Set(['lanes']);
    this.view = this.#calm.matches ? 'strip' : 'lanes';
    void this.#load(this.view);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#calm.addEventListener('change', this.#calmed);
  }

  override disconnectedCallback(): void {
    this.#calm.removeEventListener('change', this.#calmed);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const w = words();
    return html`
      <div class="head">
        <h2 class="sr">${w.title}</h2>
        <div class="views" role="group" aria-label=${w.viewAs}>
          ${VIEWS.map((view) => html`<button aria-pressed=${view === this.view ? 'true' : 'false'} @click=${() => this.#show(view)}>${w.views[view]}</button>`)}
        </div>
        ${this.view === 'lanes' ? this.#legend() : nothing}
        <div class="tools">
          ${this.view === 'lanes' ? this.#zoom() : nothing}
          <button class="btn small icon" popovertarget="export" aria-label=${w.export} title=${w.export} ?disabled=${this.store.session.lanes.runs.length === 0}>${icons.save}</button>
          <div id="export" popover aria-label=${w.export}>
            <button @click=${this.#saveSvg}><b>${w.saveSvg}</b><span>${w.saveSvgAbout}</span></button>
            <button @click=${this.#saveTrace}><b>${w.saveTrace}</b><span>${w.saveTraceAbout}</span></button>
          </div>
        </div>
      </div>
      <div class="body">${this.#body()}</div>
    `;
  }

  #body(): TemplateResult {
    const { store } = this;
    if (!this.loaded.has(this.view)) return html``;
    switch (this.view) {
      case 'lanes':
        return html`<rl-lanes-plot .store=${store} @moved=${() => this.requestUpdate()}></rl-lanes-plot>`;
      case 'latency':
        return html`<rl-lanes-latency .store=${store}></rl-lanes-latency>`;
      case 'table':
        return html`<rl-lanes-table .store=${store}></rl-lanes-table>`;
      case 'strip':
        return html`<rl-lanes-strip .store=${store}></rl-lanes-strip>`;
    }
  }

  #legend(): TemplateResult {
    const { states } = words();
    return html`<div class="legend" aria-hidden="true">
      <span><svg width="16" height="10"><rect width="16" height="10" rx="3" fill="currentColor" /></svg>${states.executing}</span>
      <span><svg width="16" height="10"><rect width="16" height="10" rx="3" fill="currentColor" opacity=".18" /><path d="M1 10 7 0M7 10l6-10M13 10l3-5" stroke="currentColor" stroke-width="1.4" /></svg>${states.queued}</span>
      <span><svg width="16" height="10"><rect y="3.5" width="16" height="3" rx="1.5" fill="currentColor" opacity=".6" /></svg>${states.blocked}</span>
      <span><svg width="16" height="10"><rect y="2" width="16" height="6" rx="2" fill="currentColor" opacity=".18" /><path d="M2 3.5h.01M7 3.5h.01M12 3.5h.01M4.5 6.5h.01M9.5 6.5h.01M14 6.5h.01" stroke="currentColor" stroke-width="2" stroke-linecap="round" /></svg>${states.writing}</span>
      <span class="thinking"><svg width="16" height="10"><path d="M0 5h16" stroke="currentColor" stroke-dasharray="1 3" /></svg>${words().thinking}</span>
      ${!this.store.session.lanes.held ? nothing : html`<span><svg width="16" height="10"><rect width="16" height="10" rx="3" fill="currentColor" opacity=".18" /><path d="M3 0v10M5.5 0v10M11 0v10M13.5 0v10" stroke="currentColor" stroke-width="1.2" /></svg>${states.paused}</span>`}
    </div>`;
  }

  #zoom(): TemplateResult {
    const w = words();
    const plot = this.#plot;
    const follows = plot === null || plot.end === null;
    return html`
      <button class="btn small" aria-label=${w.zoomOut} title="${w.zoomOut} (−)" @click=${() => this.#plot?.zoomBy(1 / 1.5)}>−</button>
      <button class="btn small" aria-label=${w.zoomIn} title="${w.zoomIn} (+)" @click=${() => this.#plot?.zoomBy(1.5)}>+</button>
      <button class="btn small" title="${w.fitHint} (0)" @click=${() => this.#plot?.fit()}>${w.fit}</button>
      <button class="btn small" aria-pressed=${follows ? 'true' : 'false'} title="${w.followHint} (End)" @click=${() => this.#plot?.follow(!follows)}>${w.follow}</button>`;
  }

  get #plot(): LanesPlotElement | null {
    return this.renderRoot?.querySelector<LanesPlotElement>('rl-lanes-plot') ?? null;
  }

  readonly #calmed = (): void => {
    this.#show(this.#calm.matches ? 'strip' : 'lanes');
  };

  #show(view: View): void {
    this.view = view;
    void this.#load(view);
  }

  async #load(view: View): Promise<void> {
    if (view === 'lanes') return;
    await LOADED[view]();
    this.loaded = new Set([...this.loaded, view]);
  }

  async #saveSvg(): Promise<void> {
    const { svgTitle, toSvg } = await import('../model/export/svg.ts');
    const { store } = this;
    const clients = lanesOf(store);
    const height = FOOT + SVG_LANE * (1 + Math.min(SVG_LANES_MAX, clients.length));
    const now = store.now();
    const scope = this.#plot?.scope(SVG_WIDTH, height) ?? {
      lanes: store.session.lanes, clients, now, end: now, epoch: store.epoch, width: SVG_WIDTH, height,
      zoom: fitting(store.session.lanes.runs, now, SVG_WIDTH - 110), offset: 0, selected: null,
    };
    this.#save('lanes.svg', 'image/svg+xml', toSvg(scope, svgTitle(scope, 'Redloop')));
  }

  async #saveTrace(): Promise<void> {
    const { toTrace } = await import('../model/export/trace.ts');
    const { session } = this.store;
    this.#save('lanes.trace.json', 'application/json', JSON.stringify(toTrace(session.lanes, this.store.epoch, this.store.now(), (id) => session.nameOf(id))));
  }

  #save(name: string, type: string, body: string): void {
    this.renderRoot.querySelector<HTMLElement>('#export')?.hidePopover();
    const url = URL.createObjectURL(new Blob([body], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

customElements.define('rl-lanes', LanesElement);
