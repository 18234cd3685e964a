// The swim-lanes as SVG, to look at, to move in, and to point at. Solid: executing. Hatched: queued. Thin: parked.
// Dotted: the reply waits. Striped: held back. `model/picture` says what lies where; here it is drawn, and wheel,
// pinch, drag and keys become zoom, time and selection. The table view is the twin for whoever cannot see this.

import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { join } from '../model/args.ts';
import { fitting, shifted, ZOOM_MAX, ZOOM_MIN } from '../model/axis.ts';
import { text } from '../model/bytes.ts';
import { begins, fits, LABEL, neighbour, pick, picture, same, targets, type Picture, type Row, type Scope, type Target } from '../model/picture.ts';
import { runCard, spanCard, type Card } from '../model/why.ts';
import { words } from '../model/words/lanes.ts';
import { colours, shared, vars } from './base.ts';
import { FramedElement } from './framed.ts';
import { plotStyles } from './lanes-styles.ts';
import { lanesOf, lookAt } from './lanes-view.ts';

const ZOOM_STEP = 1.5;
/** Share of the width that one key press moves by. */
const PAN_STEP = 0.25;
/** Room that is kept for a card. */
const CARD_WIDTH = 240;
const CARD_HEIGHT = 150;
/** A press that moved less than this is a click. */
const CLICK_PX = 4;

export class LanesPlotElement extends FramedElement {
  static override properties = {
    ...FramedElement.properties, width: { state: true }, height: { state: true }, zoom: { state: true }, end: { state: true },
    offset: { state: true }, selected: { state: true }, hovered: { state: true },
  };

  static override styles = [shared, colours, plotStyles];

  declare width: number;
  declare height: number;
  declare zoom: number;
  /** The time at the right edge; `null` follows now. */
  declare end: number | null;
  declare offset: number;
  declare selected: Target | null;
  declare hovered: Target | null;
  #drawn: Picture | null = null;
  #said = '';
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #moved = 0;
  readonly #observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return;
    this.width = Math.round(entry.contentRect.width);
    this.height = Math.round(entry.contentRect.height);
  });

  constructor() {
    super();
    this.half = 0;
    this.live = true;
    this.width = 0;
    this.height = 0;
    this.zoom = 1;
    this.end = null;
    this.offset = 0;
    this.selected = null;
    this.hovered = null;
  }

  override firstUpdated(): void {
    const plot = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (plot === null) return;
    this.#observer.observe(plot);
    // Lit's listeners are passive for wheel in no browser, but only a direct one says so.
    plot.addEventListener('wheel', this.#wheel, { passive: false });
  }

  override disconnectedCallback(): void {
    this.#observer.disconnect();
    super.disconnectedCallback();
  }

  /** What is shown, for an export. */
  scope(width: number, height: number): Scope {
    const { store } = this;
    const now = store.now();
    return {
      lanes: store.session.lanes, clients: lanesOf(store), now, end: Math.min(this.end ?? now, now), epoch: store.epoch, width, height, zoom: this.zoom,
      offset: this.offset, selected: null,
    };
  }

  /** Zooms, keeping the time at `x` where it is; without `x`, the middle. */
  zoomBy(factor: number, x?: number): void {
    const { runs } = this.store.session.lanes;
    const now = this.store.now();
    const axis = this.#drawn?.axis;
    const zoom = Math.max(ZOOM_MIN, Math.min(ZOOM_MAX, this.zoom * factor));
    if (axis !== undefined && this.end !== null) {
      const at = Math.max(0, Math.min(axis.end, (x ?? LABEL + axis.end / 2) - LABEL));
      this.#to(shifted(runs, now, axis.at(at), axis.end - at, zoom));
    }
    this.zoom = zoom;
    this.#changed();
  }

  /** Shows as much of the session as can be told apart. */
  fit(): void {
    const { runs } = this.store.session.lanes;
    this.zoom = fitting(runs, this.store.now(), this.width - LABEL - 30);
    this.end = null;
    this.#changed();
  }

  /** Keeps now at the right edge, or stays where it is. */
  follow(on: boolean): void {
    this.end = on ? null : this.store.now();
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event('moved'));
  }

  #pan(dx: number): void {
    const now = this.store.now();
    this.#to(shifted(this.store.session.lanes.runs, now, this.end ?? now, dx, this.zoom));
    this.#changed();
  }

  #to(end: number): void {
    this.end = end >= this.store.now() ? null : end;
  }

  protected override render(): TemplateResult {
    const { session } = this.store;
    const ready = this.width > 0 && session.lanes.runs.length > 0;
    const now = this.store.now();
    this.#drawn = ready ? picture({ ...this.scope(this.width, this.height), selected: this.selected ?? this.hovered }) : null;
    const drawn = this.#drawn;
    return html`
      <div class="plot ${this.#pointers.size > 0 && this.#moved > CLICK_PX ? 'dragging' : ''}" tabindex="0" role="application"
        aria-label=${words().summary(session.clients.size, session.lanes.until(now))} aria-describedby="keys"
        @keydown=${this.#key} @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up}
        @pointerleave=${() => (this.hovered = null)} @dblclick=${this.#look}>
        ${drawn === null ? html`<div class="empty">${words().empty}</div>` : this.#plot(drawn)}
      </div>
      ${drawn?.crowd == null ? nothing : html`<button class="others" title=${words().othersHint} ${vars({ top: `${drawn.crowd.y}px`, tall: `${drawn.bar}px` })} @click=${this.#page}>${words().others(drawn.crowd.count)}</button>`}
      ${drawn === null ? nothing : this.#card(drawn, now)}
      <p class="sr" id="keys">${words().keys}</p>
      <p class="sr" role="status">${this.#said}</p>
    `;
  }

  #plot(drawn: Picture): TemplateResult {
    const used = [...new Set(drawn.rows.map(({ colour }) => colour))];
    const { foot, bar, loop } = drawn;
    return html`<svg width=${this.width} height=${this.height} aria-hidden="true">
      <defs>${used.map((k) => svg`
        <pattern id="q${k}" class="k${k}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(35)"><path class="hatch" d="M1 0V7" /></pattern>
        <pattern id="w${k}" class="k${k}" width="5" height="5" patternUnits="userSpaceOnUse"><circle class="dot" cx="2" cy="2" r="1" /></pattern>
        <pattern id="p${k}" class="k${k}" width="9" height="9" patternUnits="userSpaceOnUse"><path class="hatch" d="M2 0V9M5 0V9" /></pattern>`)}
      </defs>
      ${drawn.folds.map(({ x }) => svg`<path class="fold" d="M${x} 0V${foot}" />`)}
      ${drawn.rows.map((row, i) => this.#row(row, drawn, i))}
      ${drawn.crowd === null ? nothing : svg`<path class="crowd parked" d=${drawn.crowd.blocked} /><path class="crowd" d=${drawn.crowd.queued} /><path class="crowd ran" d=${drawn.crowd.executing} />`}
      <text class="lead" x="0" y=${loop.y + bar / 2 + 4}>${words().loop}</text>
      <path class="free" d=${loop.free} /><path class="busy" d=${loop.busy} />
      ${loop.inside.map(({ x, y, text: said }) => svg`<text class="in" x=${x} y=${y}>${said}</text>`)}
      ${drawn.arrows.map(({ colour, line, head }) => svg`<g class="k${colour}"><path class="halo" d=${line} /><path class="arrow" d=${line} /><path class="run" d=${head} /></g>`)}
      ${drawn.selected === null ? nothing : svg`<path class="frame" d=${drawn.selected.frame} />${drawn.selected.link === null ? nothing : svg`<path class="halo" d=${drawn.selected.link} /><path class="link" d=${drawn.selected.link} />`}`}
      ${drawn.folds.map(({ x, label }) => (label === null ? nothing : svg`<text class="small" text-anchor="middle" x=${x} y=${foot + 13}>${label}</text>`))}
      ${drawn.times.map(({ x, text: said }) => svg`<path class="time" d="M${x} ${foot + 18}v4" /><text class="small" x=${x + 3} y=${foot + 28}>${said}</text>`)}
      ${drawn.nowX === null ? nothing : svg`<path class="now" d="M${drawn.nowX.toFixed(1)} 0V${foot}" /><text class="small" x=${Math.min(drawn.nowX + 4, this.width - 26)} y=${foot + 13}>${words().now}</text>`}
    </svg>`;
  }

  #row(row: Row, drawn: Picture, i: number): SVGTemplateResult {
    const { paths, colour } = row;
    return svg`<g class="k${colour}">
      <text class="name" x="0" y=${row.y + drawn.bar / 2 + 4}>${clip(row.name)}</text>
      <path class="queued tint" d=${paths.queued} /><path d=${paths.queued} fill="url(#q${colour})" />
      ${paths.paused === '' ? nothing : svg`<path class="paused tint" d=${paths.paused} /><path d=${paths.paused} fill="url(#p${colour})" />`}
      ${paths.writing === '' ? nothing : svg`<path class="writing tint" d=${paths.writing} /><path d=${paths.writing} fill="url(#w${colour})" />`}
      <path class="blocked" d=${paths.blocked} /><path class="run" d=${paths.executing} />
      ${row.errors === '' ? nothing : svg`<path class="error" d=${row.errors} />`}
      ${row.nested === '' ? nothing : svg`<path class="nested" d=${row.nested} />`}
      ${row.inside.map(({ x, y, text: said }) => svg`<text class="in" x=${x} y=${y}>${said}</text>`)}
      ${row.beside.map(({ x, y, text: said }) => svg`<text class="beside" x=${x} y=${y}>${said}</text>`)}
      <path class="rule" d="M0 ${Math.round((i + 1) * drawn.pitch)}H${this.width}" />
    </g>`;
  }

  #card(drawn: Picture, now: number): TemplateResult | typeof nothing {
    const target = this.selected ?? this.hovered;
    if (target === null || drawn.selected === null) return nothing;
    const card = this.#about(target, now);
    const place = this.#place(drawn, drawn.selected);
    return html`<div class="card k${this.store.session.clients.get(card.client)?.colour ?? card.client % 8} ${this.selected === null ? 'light' : ''} ${place.above ? 'above' : ''}"
      ${vars({ left: `${place.left}px`, top: `${place.top}px` })}>
      <b class="mono">${card.title}</b>
      <small><i>${this.store.session.nameOf(card.client)}</i> · ${card.state}</small>
      <dl>${card.facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
      ${card.reasons.map((reason) => html`<p>${reason}</p>`)}
      ${this.selected === null ? nothing : html`<button class="btn small" @click=${this.#look}>${words().look}</button>`}
    </div>`;
  }

  /** Beside the bar, so that the lanes above and below it, which it is about, stay in sight; where there is no room, below or above. */
  #place(drawn: Picture, { left, right, y }: NonNullable<Picture['selected']>): { left: number; top: number; above: boolean } {
    if (right + CARD_WIDTH + 12 < this.width) return { left: right + 10, top: Math.max(0, Math.min(y - 4, this.height - CARD_HEIGHT)), above: false };
    if (left - CARD_WIDTH - 10 > LABEL - 20) return { left: left - CARD_WIDTH - 10, top: Math.max(0, Math.min(y - 4, this.height - CARD_HEIGHT)), above: false };
    const above = y > CARD_HEIGHT;
    return { left: Math.max(4, Math.min(this.width - CARD_WIDTH - 4, (left + right) / 2 - CARD_WIDTH / 2)), top: above ? y - 8 : y + drawn.bar + 8, above };
  }

  #about(target: Target, now: number): Card {
    const { session } = this.store;
    const nameOf = (id: number): string => session.nameOf(id);
    if (target.span === null) return runCard(session.lanes, target.run as NonNullable<Target['run']>, now, nameOf);
    const open = target.span.to === null ? session.waiting(target.client)[0]?.argv : undefined;
    return spanCard(session.lanes, target.span, now, nameOf, open === undefined ? '' : text(join(open)));
  }

  #select(target: Target | null): void {
    this.selected = target;
    if (target === null) {
      this.#said = '';
      return;
    }
    const card = this.#about(target, this.store.now());
    this.#said = [this.store.session.nameOf(card.client), card.state, card.title, ...card.facts.map((fact) => fact.join(' ')), ...card.reasons].join(', ');
  }

  readonly #look = (): void => {
    const { selected } = this;
    if (selected === null) return;
    const run = selected.run ?? selected.span?.run;
    if (selected.span?.state !== 'queued' && run != null) lookAt(this.store, run);
    else {
      // The middle of a wait: whatever the loop did then.
      const { span } = selected;
      const at = span === null ? begins(selected) : Math.floor((span.from + Math.min(span.to ?? this.store.now(), this.store.now())) / 2);
      const last = this.store.session.lanes.runs[this.store.session.lanes.until(at) - 1];
      if (last !== undefined) this.store.travel({ turns: last.turns, at });
    }
  };

  readonly #page = (): void => {
    const all = lanesOf(this.store).length;
    const own = fits(all, this.height);
    this.offset = this.offset + own >= all ? 0 : Math.min(this.offset + own, all - own);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const done = this.#pressed(event);
    if (done) event.preventDefault();
  };

  #pressed(event: KeyboardEvent): boolean {
    const drawn = this.#drawn;
    if (drawn === null || event.altKey || event.ctrlKey || event.metaKey) return false;
    const step = drawn.axis.end * PAN_STEP;
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight': {
        const by = event.key === 'ArrowLeft' ? -1 : 1;
        if (event.shiftKey) this.#pan(by * step);
        else this.#neighbour(drawn, by);
        return true;
      }
      case 'ArrowUp':
      case 'ArrowDown':
        this.#otherRow(drawn, event.key === 'ArrowUp' ? -1 : 1);
        return true;
      case '+':
      case '=':
        this.zoomBy(ZOOM_STEP);
        return true;
      case '-':
      case '_':
        this.zoomBy(1 / ZOOM_STEP);
        return true;
      case '0':
        this.fit();
        return true;
      case 'End':
        this.follow(true);
        return true;
      case 'Home':
        this.#to(shifted(this.store.session.lanes.runs, this.store.now(), this.store.session.lanes.runs[0]?.from ?? 0, drawn.axis.end, this.zoom));
        this.#changed();
        return true;
      case 'PageDown':
      case 'PageUp':
        this.#page();
        return drawn.crowd !== null;
      case 'Enter':
        this.#look();
        return this.selected !== null;
      case 'Escape':
        if (this.selected === null) return false;
        this.#select(null);
        return true;
      default:
        return false;
    }
  }

  /** The bar before or after the selected one; at first the newest of the first lane that has any. */
  #neighbour(drawn: Picture, by: -1 | 1): void {
    const { lanes } = this.store.session;
    const { selected } = this;
    if (selected === null) {
      for (const row of drawn.rows) {
        const track = lanes.tracks.get(row.id);
        const last = track === undefined ? undefined : targets(drawn, track).at(-1);
        if (last !== undefined) return this.#select(last);
      }
      return;
    }
    const track = lanes.tracks.get(selected.client);
    const next = track === undefined ? undefined : neighbour(track, lanes.runs, selected, by);
    if (next === undefined) return;
    this.#reveal(drawn, next);
    this.#select(next);
  }

  /** Moves the picture so that a bar begins in its middle, if it does not begin in sight. */
  #reveal({ axis }: Picture, target: Target): void {
    const at = begins(target);
    if (at >= axis.start && at <= (axis.stretches.at(-1)?.to ?? 0)) return;
    this.#to(shifted(this.store.session.lanes.runs, this.store.now(), at, axis.end / 2, this.zoom));
    this.#changed();
  }

  /** The bar of the next lane that is nearest in time. */
  #otherRow(drawn: Picture, by: number): void {
    const { selected } = this;
    if (selected === null) return this.#neighbour(drawn, -1);
    const at = begins(selected);
    for (let i = drawn.rows.findIndex(({ id }) => id === selected.client) + by; i >= 0 && i < drawn.rows.length; i += by) {
      const track = this.store.session.lanes.tracks.get((drawn.rows[i] as Row).id);
      const all = track === undefined ? [] : targets(drawn, track);
      const near = all.reduce<Target | undefined>((best, each) => (best === undefined || Math.abs(begins(each) - at) < Math.abs(begins(best) - at) ? each : best), undefined);
      if (near !== undefined) return this.#select(near);
    }
  }

  /** Plain wheel is the page's; with Ctrl (which is also what a pinch on a track pad says), or once the plot has the focus, it zooms. Sideways it moves. */
  readonly #wheel = (event: WheelEvent): void => {
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.shiftKey ? event.deltaX : event.deltaY)) this.#pan(sideways);
    else if (event.ctrlKey || this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement !== null) this.zoomBy(2 ** (-event.deltaY / (event.ctrlKey ? 120 : 400)), this.#x(event));
    else return;
    event.preventDefault();
  };

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#moved = 0;
  };

  readonly #move = (event: PointerEvent): void => {
    const last = this.#pointers.get(event.pointerId);
    if (last === undefined) {
      if (event.pointerType === 'mouse' && this.#drawn !== null) {
        const found = this.#at(event);
        if (!same(found, this.hovered)) this.hovered = found;
      }
      return;
    }
    const dx = event.clientX - last.x;
    this.#moved += Math.abs(dx) + Math.abs(event.clientY - last.y);
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const [other] = others;
    if (other !== undefined) {
      const before = Math.hypot(last.x - other.x, last.y - other.y);
      const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      if (before > 10 && after > 10) this.zoomBy(after / before, this.#x({ clientX: (event.clientX + other.x) / 2 }));
    } else if (this.#moved > CLICK_PX) {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      this.hovered = null;
      this.#pan(-dx);
    }
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };

  readonly #up = (event: PointerEvent): void => {
    const known = this.#pointers.delete(event.pointerId);
    if (known && event.type === 'pointerup' && this.#moved <= CLICK_PX) this.#select(this.#at(event));
    this.requestUpdate();
  };

  #at(event: MouseEvent): Target | null {
    const plot = this.renderRoot.querySelector('.plot');
    if (this.#drawn === null || plot === null) return null;
    const { top } = plot.getBoundingClientRect();
    return pick(this.#drawn, this.store.session.lanes, this.#x(event), event.clientY - top);
  }

  #x({ clientX }: { clientX: number }): number {
    return clientX - (this.renderRoot.querySelector('.plot')?.getBoundingClientRect().left ?? 0);
  }
}

function clip(name: string): string {
  return name.length > 10 ? `${name.slice(0, 9)}…` : name;
}

customElements.define('rl-lanes-plot', LanesPlotElement);
