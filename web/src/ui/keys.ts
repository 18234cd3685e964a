// The keyspace as a live tree: type, real encoding, size and time to live of every key, and the value of the chosen
// one. Only the rows on screen exist; the engine has the others in order and hands out windows.

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { quoteIfNeeded, text, type ByteString } from '../model/bytes.ts';
import type { KeyDetail, TreeRow } from '../model/engine.ts';
import { bytes, count } from '../model/units.ts';
import { boxHeight, scrollTo, windowAt } from '../model/window.ts';
import { words } from '../model/words/keys.ts';
import type { Keys, KeysWanted } from '../worker/protocol.ts';
import { shared, vars } from './base.ts';
import { FramedElement } from './framed.ts';
import { ttl, ttlStyles } from './ttl.ts';

/** Pixels of a row. */
const ROW = 32;
/** Rows read beyond those on screen, either way. */
const MARGIN = 60;
/** A database of up to this many keys is shown with all branches open. */
const OPENED_MAX = 200;
const TYPES = ['string', 'list', 'hash', 'set', 'zset', 'stream', 'array', 'vectorset'];
const ORDERS = ['name', 'bytes', 'expiry', 'recent'] as const;
/** How long a touched key flashes; the animations below take as long. */
const FLASH_MS = 900;

export class KeysElement extends FramedElement {
  static override properties = { ...FramedElement.properties, active: { state: true }, scrolled: { state: true }, height: { state: true } };

  static override styles = [
    shared,
    ttlStyles,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; height: 100%; }
      .head { display: flex; align-items: center; gap: 8px; padding: 8px 12px 0; font-size: 12px; color: var(--muted); }
      .slim { gap: 1px; padding: 4px 12px 6px 9px; font-size: 11.5px; white-space: nowrap; }
      select, input[type='search'] { font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; height: 28px; padding: 0 4px; min-width: 0; }
      .slim select { flex: 0 1 auto; field-sizing: content; height: 24px; padding: 0; border-color: transparent; color: var(--muted); }
      .slim select:hover { border-color: var(--line); color: var(--text); }
      input[type='search'] { flex: 1; padding: 0 8px; font-family: var(--mono); }
      input::placeholder { color: var(--faint); opacity: 1; }
      label.check { flex: none; display: inline-flex; align-items: center; gap: 3px; min-height: 24px; padding: 0 3px; }
      label.check input { margin: 0 2px 0 6px; accent-color: var(--accent); }
      .total { flex: 0 1 auto; margin-left: auto; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
      .tree { flex: 1 1 0; min-height: 120px; overflow: auto; border-top: 1px solid var(--line-soft); position: relative; contain: strict; }
      .tree:focus-visible { outline-offset: -2px; }
      .box { height: calc(var(--box) * 1px); }
      .rows { position: absolute; inset: 0 0 auto; transform: translateY(calc(var(--top) * 1px)); }
      .row { display: flex; align-items: center; gap: 8px; height: ${ROW}px; padding: 0 12px 0 calc(10px + var(--level) * 14px); border-left: 3px solid transparent; border-bottom: 1px solid var(--line-soft); cursor: default; white-space: nowrap; }
      .row:hover { background: var(--raised); }
      .row[aria-selected='true'] { background: var(--raised); border-left-color: var(--accent); }
      .tree:focus-visible .row.active { box-shadow: inset 0 0 0 2px var(--accent); }
      .fold { width: 10px; color: var(--muted); transition: rotate var(--quick); }
      [aria-expanded='true'] > .fold { rotate: 90deg; }
      .type { flex: none; width: 36px; padding: 2px 0; border-radius: 5px; text-align: center; font: 600 10px var(--mono); color: var(--t); background: color-mix(in srgb, var(--t) 14%, var(--panel)); }
      .string { --t: var(--k0); }
      .list { --t: var(--k1); }
      .zset { --t: var(--k2); }
      .hash { --t: var(--k3); }
      .set { --t: var(--k4); }
      .stream { --t: var(--k6); }
      .array { --t: var(--k5); }
      .vectorset { --t: var(--k7); }
      .key { flex: 1 1 auto; min-width: 40px; font: 12.5px var(--mono); overflow: hidden; text-overflow: ellipsis; }
      .meta { flex: 0 1 auto; font-size: 11px; color: var(--muted); overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
      .gone .key { text-decoration: line-through; color: var(--faint); }
      .gone { animation: fade 700ms ease-out; }
      .made { animation: made 900ms ease-out; }
      .changed { animation: changed 900ms ease-out; }
      @keyframes fade { from { background: color-mix(in srgb, var(--accent) 22%, transparent); } }
      @keyframes made { from { background: color-mix(in srgb, var(--k3) 26%, transparent); } }
      @keyframes changed { from { background: color-mix(in srgb, var(--k0) 22%, transparent); } }
      @media (prefers-reduced-motion: reduce) {
        .gone, .made, .changed { animation: none; }
        .made { border-left: 3px double var(--k3); }
        .changed { border-left: 3px dotted var(--k0); }
        .gone { border-left: 3px solid var(--faint); }
      }
      .none { padding: 22px 20px; color: var(--muted); font-size: 13px; text-align: center; }
      rl-value { flex: 0 1 auto; max-height: 64%; min-height: 0; border-top: 1px solid var(--line); }
    `,
  ];

  declare active: number;
  declare scrolled: number;
  declare height: number;
  #shown: Keys | null = null;
  /** What was just touched, and until when (in milliseconds of the page) that is shown. */
  #flashes = new Map<ByteString, { style: 'made' | 'changed'; until: number }>();
  #sizes = new ResizeObserver(([entry]) => (this.height = entry?.contentRect.height ?? 0));
  #watched: Element | null = null;

  constructor() {
    super();
    this.half = 1;
    this.live = true;
    this.active = 0;
    this.scrolled = 0;
    this.height = 0;
  }

  override disconnectedCallback(): void {
    this.#sizes.disconnect();
    this.#watched = null;
    super.disconnectedCallback();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { keys, wanted, session } = this.store;
    if (keys !== this.#shown) {
      const until = performance.now() + FLASH_MS;
      for (const row of keys?.page.rows ?? []) {
        if (row.branch !== undefined) continue;
        const made = session.touched.get(`${keys?.db}:${row.key}`);
        if (made !== undefined) this.#flashes.set(row.key, { style: made ? 'made' : 'changed', until });
      }
      for (const [key, flash] of this.#flashes) if (flash.until <= performance.now() || this.store.past !== null) this.#flashes.delete(key);
      session.touched.clear();
      this.#shown = keys;
    }
    const opened = this.#total() <= OPENED_MAX;
    if (opened !== wanted.opened) queueMicrotask(() => this.store.watchKeys({ opened, listed: [] }));
  }

  protected override updated(_changed: PropertyValues): void {
    const tree = this.renderRoot.querySelector('.tree');
    if (tree !== this.#watched) {
      this.#sizes.disconnect();
      if (tree !== null) this.#sizes.observe(tree);
      this.#watched = tree;
    }
    const { first, count: rows } = this.#window();
    const { offset, count: read } = this.store.wanted;
    if (rows > 0 && (first < offset || first + rows > offset + read)) this.store.watchKeys({ offset: Math.max(0, first - MARGIN), count: rows + 2 * MARGIN });
  }

  protected override render(): TemplateResult {
    const { keys, wanted, session } = this.store;
    const page = keys !== null && keys.db === wanted.db ? keys.page : null;
    const all = this.#total();
    const databases = new Set([0, wanted.db, ...(session.view?.databases.map(({ db }) => db) ?? []), ...(session.view?.clients.map(({ db }) => db) ?? [])]);
    const said = page !== null && !page.done ? words().reading(Math.floor((100 * page.seen) / Math.max(1, all)))
      : page !== null && this.#filtered() ? words().matching(page.matched, all) : words().total(all);
    return html`
      <div class="head">
        <select aria-label=${words().database} @change=${(event: Event) => this.#want({ db: Number(chosen(event)), selected: null, listed: [] })}>
          ${[...databases].sort((a, b) => a - b).map((db) => html`<option value=${db} ?selected=${db === wanted.db}>${words().db(db)}</option>`)}
        </select>
        <input type="search" aria-label=${words().filter} placeholder=${words().filterHint} .value=${wanted.pattern} @input=${this.#filter} />
      </div>
      <div class="head slim">
        <select aria-label=${words().type} @change=${(event: Event) => this.#want({ types: chosen(event) === '' ? [] : [chosen(event)] })}>
          <option value="">${words().anyType}</option>${TYPES.map((type) => html`<option value=${type} ?selected=${wanted.types[0] === type}>${type}</option>`)}
        </select>
        <select aria-label=${words().order} @change=${(event: Event) => this.#want({ order: chosen(event) as KeysWanted['order'] })}>
          ${ORDERS.map((order) => html`<option value=${order} ?selected=${wanted.order === order}>${words().orders[order]}</option>`)}
        </select>
        <label class="check" title=${words().treeHint}><input type="checkbox" .checked=${wanted.separator !== ''} @change=${() => this.#want({ separator: wanted.separator === '' ? ':' : '', listed: [] })} />${words().tree}</label>
        <span class="total" role="status" title=${said}>${said}</span>
      </div>
      ${page === null || page.total === 0
        ? html`<p class="none">${all > 0 && this.#filtered() ? words().noMatch : html`${words().none} <span class="mono">SET greeting hello</span>`}</p>`
        : this.#tree(page.total, page.offset, page.rows)}
      ${wanted.selected === null || keys == null || keys.selected === null ? nothing : this.#value(keys.selected, keys.detail)}
    `;
  }

  /** What was chosen last stays until the next has been read. */
  #value(selected: ByteString, detail: KeyDetail | null): TemplateResult {
    void import('./value.ts');
    return html`<rl-value .store=${this.store} .selected=${selected} .detail=${detail}></rl-value>`;
  }

  #tree(total: number, offset: number, rows: readonly TreeRow[]): TemplateResult {
    const { first, count: shown, top } = this.#window();
    const active = Math.min(this.active, total - 1);
    const from = Math.max(first, offset);
    const seen = rows.slice(from - offset, Math.max(0, first + shown - offset));
    const live = active >= from && active < from + seen.length;
    return html`<div class="tree" role="tree" tabindex="0" aria-label=${words().keys} aria-activedescendant=${live ? `row-${active}` : nothing}
      @scroll=${this.#scroll} @keydown=${this.#key}>
      <div class="box" role="presentation" ${vars({ box: boxHeight(total, ROW) })}></div>
      <div class="rows" role="presentation" ${vars({ top: top + (from - first) * ROW })}>${seen.map((row, i) => this.#row(row, from + i, from + i === active))}</div>
    </div>`;
  }

  #row(row: TreeRow, index: number, active: boolean): TemplateResult {
    const label = text(quoteIfNeeded(short(row, this.store.wanted.separator)));
    const shell = (style: string, body: unknown, chosen: boolean, title: string): TemplateResult => html`<div class="row ${style} ${active ? 'active' : ''}" role="treeitem" id="row-${index}"
      aria-level=${row.level} aria-posinset=${row.at} aria-setsize=${row.of} aria-selected=${chosen ? 'true' : 'false'} aria-expanded=${row.branch === undefined ? nothing : row.open ? 'true' : 'false'}
      title=${title} ${vars({ level: row.level - 1 })} @click=${() => this.#use(row, index)}>${body}</div>`;
    if (row.branch !== undefined) {
      return shell('branch', html`<span class="fold" aria-hidden="true">›</span><span class="key">${label}</span><span class="meta">${words().branch(row.keys)} · ${bytes(row.bytes)}</span>`, false, text(row.branch));
    }
    if (row.gone) return shell('gone', html`<span class="key">${label}</span><span class="meta">${words().gone}</span>`, false, text(row.key));
    const size = row.type === 'string' ? bytes(row.length) : count(row.length);
    const body = html`<span class="type ${row.type}">${SHORT[row.type] ?? row.type}</span><span class="key">${label}</span>
      <span class="meta">${row.encoding} · ${size}</span>${row.expires === null ? nothing : ttl(row.expires - this.store.now(), words().ttl)}`;
    return shell(this.#flashes.get(row.key)?.style ?? '', body, this.store.selected === row.key, `${text(row.key)} · ${row.encoding} · ${bytes(row.bytes)}`);
  }

  #total(): number {
    return this.store.session.view?.databases.find(({ db }) => db === this.store.wanted.db)?.keys ?? 0;
  }

  #filtered(): boolean {
    const { pattern, types } = this.store.wanted;
    return pattern !== '' || types.length > 0;
  }

  #window(): ReturnType<typeof windowAt> {
    return windowAt(this.scrolled, this.height, this.store.keys?.page.total ?? 0, ROW);
  }

  /** Another list begins at its top. */
  #want(change: Partial<KeysWanted>): void {
    this.active = 0;
    this.renderRoot.querySelector('.tree')?.scrollTo(0, 0);
    this.store.watchKeys({ ...change, offset: 0 });
  }

  #use(row: TreeRow, index: number): void {
    this.active = index;
    const { listed, selected } = this.store.wanted;
    if (row.branch !== undefined) this.store.watchKeys({ listed: listed.includes(row.branch) ? listed.filter((other) => other !== row.branch) : [...listed, row.branch] });
    else if (!row.gone) this.store.watchKeys({ selected: selected === row.key ? null : row.key, from: 0 });
  }

  readonly #filter = (event: Event): void => this.#want({ pattern: (event.target as HTMLInputElement).value });

  readonly #scroll = (event: Event): void => {
    this.scrolled = (event.target as Element).scrollTop;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const page = this.store.keys?.page;
    if (page === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = page.rows[this.active - page.offset];
    const screen = Math.max(1, Math.floor(this.height / ROW) - 1);
    let to = this.active;
    if (event.key === 'ArrowDown') to++;
    else if (event.key === 'ArrowUp') to--;
    else if (event.key === 'PageDown') to += screen;
    else if (event.key === 'PageUp') to -= screen;
    else if (event.key === 'Home') to = 0;
    else if (event.key === 'End') to = page.total - 1;
    else if (event.key === 'ArrowRight' && row?.branch !== undefined) {
      if (row.open) to++;
      else this.#use(row, this.active);
    } else if (event.key === 'ArrowLeft' && row !== undefined) {
      if (row.branch !== undefined && row.open) this.#use(row, this.active);
      else to = page.offset + page.rows.slice(0, this.active - page.offset).findLastIndex((other) => other.level < row.level);
      if (to < page.offset) to = this.active;
    } else if ((event.key === 'Enter' || event.key === ' ') && row !== undefined) this.#use(row, this.active);
    else if (event.key.length === 1) {
      const behind = page.rows.findIndex((other, i) => page.offset + i > this.active && short(other, this.store.wanted.separator).toLowerCase().startsWith(event.key.toLowerCase()));
      if (behind < 0) return;
      to = page.offset + behind;
    } else return;
    event.preventDefault();
    this.active = Math.max(0, Math.min(page.total - 1, to));
    const tree = event.currentTarget as Element;
    tree.scrollTop = scrollTo(this.active, tree.scrollTop, this.height, page.total, ROW);
  };
}

const SHORT: Record<string, string> = { string: 'str', stream: 'strm', array: 'arr', vectorset: 'vec' };

function chosen(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

/** A row's name without the branches it stands in. */
function short(row: TreeRow, separator: string): ByteString {
  const name = row.branch ?? row.key;
  if (separator === '') return name;
  let at = 0;
  for (let level = 1; level < row.level; level++) at = name.indexOf(separator, at) + separator.length;
  return name.slice(at);
}

customElements.define('rl-keys', KeysElement);
