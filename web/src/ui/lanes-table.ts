// The lanes as a table: what a screen reader uses instead of the picture, and anybody who wants to sort. In step with
// the session, a few times a second, and bounded.

import { css, html, nothing, type TemplateResult } from 'lit';
import { rowsOf, sorted, type Column, type Line } from '../model/table.ts';
import { duration } from '../model/units.ts';
import { words } from '../model/words/lanes.ts';
import { colours, shared } from './base.ts';
import { CalmElement } from './calm.ts';
import { colourOf, lanesOf, lookAt } from './lanes-view.ts';

const COLUMNS = ['client', 'state', 'from', 'duration', 'command', 'why'] as const;
const SHOWN = 100;

export class LanesTableElement extends CalmElement {
  static override properties = { ...CalmElement.properties, by: { state: true }, down: { state: true }, most: { state: true }, only: { state: true } };

  static override styles = [
    shared,
    colours,
    css`
      :host { display: flex; flex-direction: column; }
      .bar { display: flex; align-items: center; gap: 10px; padding-bottom: 6px; font-size: 12px; color: var(--muted); }
      .bar span { margin-left: auto; font-variant-numeric: tabular-nums; }
      select { height: 26px; font: inherit; color: var(--text); background: var(--bg); border: 1px solid var(--line); border-radius: 7px; }
      .scroll { flex: 1; min-height: 0; overflow: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
      table { width: 100%; border-collapse: collapse; font-size: 12.5px; font-variant-numeric: tabular-nums; }
      th { position: sticky; top: 0; z-index: 1; padding: 0; background: var(--raised); text-align: left; box-shadow: 0 1px var(--line); }
      th button { width: 100%; min-height: 28px; padding: 4px 10px; text-align: left; font-size: 11.5px; font-weight: 600; color: var(--muted); white-space: nowrap; }
      th[aria-sort='ascending'] button::after { content: ' ↑'; }
      th[aria-sort='descending'] button::after { content: ' ↓'; }
      th.num button { text-align: right; }
      td { padding: 4px 10px; border-top: 1px solid var(--line-soft); vertical-align: baseline; }
      td.client { font-weight: 600; color: var(--k); white-space: nowrap; }
      td.num { text-align: right; white-space: nowrap; }
      td.mono { max-width: 26ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; }
      td.mono button { min-height: 24px; text-align: left; max-width: 100%; overflow: hidden; text-overflow: ellipsis; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
      td.why { color: var(--muted); min-width: 16ch; }
      .state { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
      .state::before { content: ''; width: 12px; height: 10px; border-radius: 3px; background: var(--k); }
      .state.queued::before { background: repeating-linear-gradient(125deg, var(--k) 0 1.5px, color-mix(in srgb, var(--k) 22%, transparent) 1.5px 4px); }
      .state.blocked::before { background: linear-gradient(transparent 35%, var(--k) 35% 65%, transparent 65%); }
      .state.writing::before { background: radial-gradient(circle at 1.5px 1.5px, var(--k) 1px, transparent 1.4px) 0 0 / 4px 4px; }
      .state.paused::before { background: repeating-linear-gradient(90deg, var(--k) 0 1.5px, color-mix(in srgb, var(--k) 22%, transparent) 1.5px 4px); }
      .more { display: block; width: 100%; min-height: 30px; font-size: 12px; color: var(--muted); }
      .more:hover { background: var(--raised); }
      .none { padding: 20px; text-align: center; color: var(--faint); font-size: 13px; }
    `,
  ];

  declare by: Column;
  declare down: boolean;
  declare most: number;
  declare only: number | null;

  constructor() {
    super();
    this.by = 'from';
    this.down = true;
    this.most = SHOWN;
    this.only = null;
  }

  protected override render(): TemplateResult {
    const w = words();
    const { store } = this;
    const { session } = store;
    const nameOf = (id: number): string => session.nameOf(id);
    const clients = lanesOf(store);
    const lines = sorted(rowsOf(session.lanes, clients.filter(({ id }) => this.only === null || id === this.only).map(({ id }) => id), store.now()), this.by, this.down, nameOf);
    const shown = lines.slice(0, this.most);
    return html`
      <div class="bar">
        <label>${w.table.only} <select @change=${(event: Event) => this.#filter((event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this.only === null}>${w.table.everybody}</option>
          ${clients.map(({ id, name }) => html`<option value=${id} ?selected=${this.only === id}>${name}</option>`)}
        </select></label>
        <span>${w.table.kept(shown.length, lines.length)}</span>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label=${w.views.table}>
        <table>
          <caption class="sr">${w.table.caption}</caption>
          <thead><tr>${COLUMNS.map((column) => html`<th scope="col" class=${column === 'from' || column === 'duration' ? 'num' : ''} aria-sort=${column !== this.by ? nothing : this.down ? 'descending' : 'ascending'}>
            <button ?disabled=${column === 'why'} @click=${() => this.#sort(column)}>${w.table.columns[column]}</button></th>`)}</tr></thead>
          <tbody>${shown.map((line) => this.#line(line))}</tbody>
        </table>
        ${lines.length === 0 ? html`<p class="none">${w.empty}</p>` : nothing}
        ${lines.length > shown.length ? html`<button class="more" @click=${() => this.#more()}>${w.table.more(Math.min(SHOWN, lines.length - shown.length))}</button>` : nothing}
      </div>
    `;
  }

  #line(line: Line): TemplateResult {
    const { store } = this;
    const w = words();
    const now = store.now();
    const lasted = duration(Math.min(line.to ?? now, now) - line.from);
    return html`<tr class="k${colourOf(store, line.client)}">
      <td class="client">${store.session.nameOf(line.client)}</td>
      <td><span class="state ${line.state}">${w.states[line.state]}</span></td>
      <td class="num">${w.table.from(duration(line.from - store.epoch))}</td>
      <td class="num">${line.to === null || line.to > now ? w.soFar(lasted) : lasted}</td>
      <td class="mono">${line.run === null ? line.command : html`<button title=${w.look} @click=${() => lookAt(store, line.run as NonNullable<Line['run']>)}>${line.command}</button>`}</td>
      <td class="why">${line.why((id) => store.session.nameOf(id))}</td>
    </tr>`;
  }

  #sort(column: (typeof COLUMNS)[number]): void {
    if (column === 'why') return;
    this.down = column === this.by ? !this.down : column === 'from' || column === 'duration';
    this.by = column;
    this.now();
  }

  #filter(value: string): void {
    this.only = value === '' ? null : Number(value);
    this.now();
  }

  #more(): void {
    this.most += SHOWN;
    this.now();
  }
}

customElements.define('rl-lanes-table', LanesTableElement);
