// Latency by client: a small histogram each on one common logarithmic scale, with the median and the 99th percentile,
// where the time went, and the slow commands behind it. A click on a bucket lists them, a click on one looks at it.

import { css, html, nothing, type TemplateResult } from 'lit';
import { join } from '../model/args.ts';
import { text } from '../model/bytes.ts';
import { Latency, took, type Call, type Measured, type Parts } from '../model/latency.ts';
import { count, duration } from '../model/units.ts';
import { words } from '../model/words/lanes.ts';
import { colours, shared, vars } from './base.ts';
import { CalmElement } from './calm.ts';
import { colourOf, lanesOf, lookAt } from './lanes-view.ts';

/** Clients with a histogram of their own; the rest is in everybody's. */
const CLIENTS_MAX = 24;
const LISTED_MAX = 25;
/** Buckets to click on: each stands for two doublings, so that it is wide enough. */
const COLUMNS_MIN = 7;
const PARTS = ['waited', 'executing', 'blocked', 'leaving'] as const;

interface Chosen {
  client: number | null;
  /** A column, or `null` for all. */
  column: number | null;
}

export class LanesLatencyElement extends CalmElement {
  static override properties = { ...CalmElement.properties, chosen: { state: true } };

  static override styles = [
    shared,
    colours,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1.25fr) minmax(220px, 1fr); grid-template-rows: minmax(0, 1fr); gap: 14px; container: latency / inline-size; }
      .many { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(232px, 100%), 1fr)); gap: 10px; align-content: start; overflow: auto; padding: 2px; }
      .one { padding: 8px 10px 9px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); min-width: 0; }
      .one h3 { display: flex; justify-content: space-between; gap: 8px; margin: 0; font-size: 12.5px; font-weight: 650; color: var(--k, var(--text)); }
      .one h3 span { font-weight: 400; font-size: 11.5px; color: var(--muted); white-space: nowrap; }
      .plot { position: relative; display: flex; height: 40px; margin-top: 5px; border-bottom: 1px solid var(--line); }
      .plot button, .plot i { flex: 1; min-width: 24px; display: flex; align-items: flex-end; gap: 1px; padding: 0 0.5px; border-radius: 4px 4px 0 0; }
      .plot button:hover { background: var(--raised); }
      .plot button[aria-pressed='true'] { background: color-mix(in srgb, var(--k, var(--muted)) 16%, transparent); }
      .plot b { flex: 1; height: calc(var(--part) * 100%); min-height: 0; background: var(--k, var(--muted)); border-radius: 2px 2px 0 0; }
      .mark { position: absolute; top: -2px; bottom: 0; left: calc(var(--at) * 100%); width: 0; border-left: 1.5px solid var(--text); pointer-events: none; }
      .mark.p99 { border-left-style: dashed; border-color: var(--accent); }
      .scale { display: flex; justify-content: space-between; font-size: 10.5px; color: var(--faint); font-variant-numeric: tabular-nums; }
      dl { display: flex; flex-wrap: wrap; gap: 0 12px; margin: 2px 0 0; font-size: 11.5px; font-variant-numeric: tabular-nums; }
      dl div { display: flex; align-items: baseline; gap: 4px; }
      dt { color: var(--muted); font-size: 10.5px; }
      dt.p50, dt.p99 { padding-left: 5px; border-left: 2px solid var(--text); line-height: 1; }
      dt.p99 { border-left: 2px dashed var(--accent); }
      dd { margin: 0; font-weight: 600; white-space: nowrap; }
      .where { display: flex; height: 6px; margin-top: 5px; border-radius: 4px; overflow: hidden; background: var(--line-soft); }
      .where i { width: calc(var(--part) * 100%); }
      .waited { background: repeating-linear-gradient(125deg, var(--k, var(--muted)) 0 2px, color-mix(in srgb, var(--k, var(--muted)) 20%, transparent) 2px 5px); }
      .executing { background: var(--k, var(--muted)); }
      .blocked { background: linear-gradient(transparent 35%, var(--k, var(--muted)) 35% 65%, transparent 65%); opacity: 0.7; }
      .leaving { background: radial-gradient(circle at 2px 2px, var(--k, var(--muted)) 1px, transparent 1.3px) 0 0 / 5px 4px; }
      .note { margin: 0 0 4px; font-size: 11px; color: var(--faint); }
      .slow { display: flex; flex-direction: column; min-height: 0; }
      .slow header { display: flex; align-items: center; justify-content: space-between; gap: 8px; margin-bottom: 6px; min-height: 26px; }
      .slow h3 { margin: 0; font-size: 12.5px; font-weight: 600; }
      .slow h3 small { display: block; font-weight: 400; font-size: 11px; color: var(--muted); }
      ol { flex: 1; min-height: 0; margin: 0; padding: 0 2px 2px; overflow: auto; list-style: none; }
      li button { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1px 10px; width: 100%; padding: 5px 8px; border-radius: 7px; text-align: left; font-size: 12px; }
      li button:hover { background: var(--raised); }
      li .mono { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      li .who { color: var(--k); font-weight: 600; }
      li .took { font-weight: 600; font-variant-numeric: tabular-nums; }
      li small { grid-column: 1 / -1; font-size: 11px; color: var(--muted); font-variant-numeric: tabular-nums; }
      .none { grid-column: 1 / -1; display: grid; place-items: center; color: var(--faint); font-size: 13px; text-align: center; }
      @container latency (max-width: 560px) { .many, .slow { grid-column: 1 / -1; } .slow header { margin-top: 4px; } }
      @container page (max-width: 700px) { :host { overflow: auto; grid-template-rows: auto auto; } .many, ol { overflow: visible; } }
    `,
  ];

  declare chosen: Chosen;

  constructor() {
    super();
    this.chosen = { client: null, column: null };
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const latency = store.past === null ? store.session.lanes.latency : store.session.lanes.latency.until(store.past.at);
    if (latency.all.total.count === 0) return html`<p class="none">${words().latency.none}</p>`;
    const clients = lanesOf(store).filter(({ id }) => latency.clients.has(id));
    const [first, last] = range(latency);
    return html`
      <div class="many" tabindex="0" role="group" aria-label=${words().views.latency}>
        ${this.#one(latency.all, null, words().latency.everybody, null, first, last)}
        ${clients.slice(0, CLIENTS_MAX).map(({ id, name, colour }) => this.#one(latency.clients.get(id) as Measured, id, name, colour, first, last))}
        ${clients.length > CLIENTS_MAX ? html`<p class="note">${words().latency.moreClients(clients.length - CLIENTS_MAX)}</p>` : nothing}
      </div>
      ${this.#slow(latency)}
    `;
  }

  #one(measured: Measured, client: number | null, name: string, colour: number | null, first: number, last: number): TemplateResult {
    const w = words().latency;
    const { total, parts } = measured;
    const doublings = total.doublings();
    const most = Math.max(...doublings);
    const columns = Array.from({ length: last - first }, (_, i) => first + i);
    const at = (us: number): number => Math.max(0, Math.min(1, (Math.log2(Math.max(1, us)) / 2 - first) / (last - first)));
    return html`<section class="one ${colour === null ? '' : `k${colour}`}" aria-label=${name}>
      <h3>${name}<span>${w.commands(total.count)}</span></h3>
      <div class="plot">
        ${columns.map((column) => this.#column(column, client, doublings, most))}
        <span class="mark" ${vars({ at: at(total.quantile(0.5)) })}></span><span class="mark p99" ${vars({ at: at(total.quantile(0.99)) })}></span>
      </div>
      <div class="scale" aria-hidden="true"><span>${duration(4 ** first)}</span><span>${duration(4 ** last)}</span></div>
      <dl>
        ${([['p50', 0.5], ['p90', 0.9], ['p99', 0.99]] as const).map(([label, q]) => html`<div><dt class=${label}>${label}</dt><dd>${duration(total.quantile(q))}</dd></div>`)}
        <div><dt>${w.max}</dt><dd>${duration(total.max)}</dd></div>
      </dl>
      <div class="where" role="img" aria-label=${split(parts)} title=${split(parts)}>${PARTS.map((part) => html`<i class=${part} ${vars({ part: share(parts, part) })}></i>`)}</div>
    </section>`;
  }

  #column(column: number, client: number | null, doublings: readonly number[], most: number): TemplateResult {
    const halves = [doublings[2 * column] ?? 0, doublings[2 * column + 1] ?? 0];
    const n = (halves[0] as number) + (halves[1] as number);
    const bars = halves.map((value) => html`<b ${vars({ part: value === 0 ? 0 : Math.max(0.05, value / most) })}></b>`);
    if (n === 0) return html`<i>${bars}</i>`;
    const label = words().latency.bucket(duration(4 ** column), duration(4 ** (column + 1)), n);
    const on = this.chosen.client === client && this.chosen.column === column;
    return html`<button aria-pressed=${on ? 'true' : 'false'} aria-label=${label} title=${label} @click=${() => this.#choose(on ? { client, column: null } : { client, column })}>${bars}</button>`;
  }

  #slow(latency: Latency): TemplateResult {
    const w = words().latency;
    const { client, column } = this.chosen;
    const [from, to] = column === null ? [0, Infinity] : [column === 0 ? 0 : 4 ** column, 4 ** (column + 1)];
    const calls = latency.slowest(LISTED_MAX, client, from, to);
    return html`<section class="slow">
      <header>
        <h3 aria-live="polite">${client === null ? w.slowest : w.slowestOf(this.store.session.nameOf(client))}
          ${column === null ? nothing : html`<small>${w.within(duration(from), duration(to))}</small>`}</h3>
        ${client === null && column === null ? nothing : html`<button class="btn small" @click=${() => this.#choose({ client: null, column: null })}>${w.all}</button>`}
      </header>
      <p class="note">${w.about}</p>
      <ol tabindex="0" aria-label=${w.slowest}>${calls.map((call) => this.#call(call))}</ol>
    </section>`;
  }

  #call(call: Call): TemplateResult {
    return html`<li class="k${colourOf(this.store, call.client)}"><button title=${words().look} @click=${() => this.#look(call)}>
      <span class="mono"><span class="who">${this.store.session.nameOf(call.client)}</span> ${text(join(call.argv))}</span>
      <span class="took">${duration(took(call))}</span>
      <small>${split(call)}</small>
    </button></li>`;
  }

  #look(call: Call): void {
    const run = this.store.session.lanes.runOf(call.turns);
    if (run !== undefined) lookAt(this.store, run);
    else this.store.travel({ turns: call.turns, at: call.replied - call.leaving });
  }

  #choose(chosen: Chosen): void {
    this.chosen = chosen;
    this.now();
  }
}

/** The columns that hold everything, a few at least. */
function range(latency: Latency): [number, number] {
  const { total } = latency.all;
  const first = Math.floor(Math.log2(Math.max(1, total.min)) / 2);
  const last = Math.floor(Math.log2(Math.max(1, total.max)) / 2) + 1;
  return [Math.min(first, Math.max(0, last - COLUMNS_MIN)), Math.max(last, first + COLUMNS_MIN)];
}

function share(parts: Parts, part: keyof Parts): number {
  const all = parts.waited + parts.executing + parts.blocked + parts.leaving;
  return all === 0 ? 0 : parts[part] / all;
}

/** Where the time went, in words. */
function split(parts: Parts): string {
  const names = words().latency.parts;
  return PARTS.filter((part) => parts[part] > 0).map((part) => `${names[part]} ${duration(parts[part])}`).join(', ') || `${names.executing} ${count(0)}`;
}

customElements.define('rl-lanes-latency', LanesLatencyElement);
