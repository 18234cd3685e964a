// The reference of the command that was entered last, and a search over all: projections of the engine's command table.

import { css, html, nothing, type TemplateResult } from 'lit';
import { split } from '../model/args.ts';
import type { CommandInfo } from '../model/engine.ts';
import { measured } from '../model/costs.ts';
import { find } from '../model/commands.ts';
import { words } from '../model/words/help.ts';
import { shared, StoreElement } from './base.ts';

const FOUND_MAX = 60;

export class CommandElement extends StoreElement {
  static override properties = { ...StoreElement.properties, query: { state: true }, chosen: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; height: 100%; }
      input { margin: 10px 16px; height: 30px; padding: 0 10px; font: inherit; font-size: 13px; color: var(--text); background: var(--bg); border: 1px solid var(--line); border-radius: 8px; }
      .body { flex: 1; min-height: 120px; overflow: auto; border-top: 1px solid var(--line-soft); }
      article { padding: 14px 16px; }
      h3 { margin: 0 0 6px; font: 600 13.5px/1.5 var(--mono); overflow-wrap: anywhere; }
      h3 span { color: var(--muted); font-weight: 400; }
      p { margin: 0 0 12px; text-wrap: pretty; }
      dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; margin: 0; font-size: 12.5px; }
      dt { color: var(--muted); }
      dd { margin: 0; }
      ul { margin: 0; padding: 4px 0; list-style: none; }
      li button { width: 100%; padding: 6px 16px; text-align: left; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12.5px; color: var(--muted); }
      li button:hover { background: var(--raised); }
      li b { font: 600 12.5px var(--mono); color: var(--text); margin-right: 8px; }
    `,
  ];

  declare query: string;
  declare chosen: string | null;

  constructor() {
    super();
    this.query = '';
    this.chosen = null;
  }

  protected override render(): TemplateResult {
    const { commands, lastLine } = this.store;
    const wanted = this.query.trim().toUpperCase();
    const info = this.chosen !== null ? commands.get(this.chosen) : find(commands, split(lastLine) ?? [])?.info;
    const found = wanted === '' && info !== undefined ? [] : [...commands.values()].filter((c) => c.name.includes(wanted) && c.summary !== '');
    return html`
      <input type="search" placeholder=${words().searchIn(commands.size)} aria-label=${words().search} .value=${this.query}
        @input=${(event: Event) => { this.query = (event.target as HTMLInputElement).value; this.chosen = null; }} />
      <div class="body" tabindex="0" role="group" aria-label=${words().reference}>
        ${info !== undefined && (wanted === '' || this.chosen !== null) ? card(info, measured(this.store.session.costs.of(info.name))) : html`<ul>${found.slice(0, FOUND_MAX).map((c) => html`
          <li><button @click=${() => (this.chosen = c.name)}><b>${c.name}</b><span lang="en">${c.summary}</span></button></li>`)}</ul>`}
      </div>`;
  }
}

function card(info: CommandInfo, here: string): TemplateResult {
  return html`<article>
    <h3>${info.name} <span>${info.syntax}</span></h3>
    <p lang="en">${info.summary}</p>
    <dl>
      ${info.complexity === '' ? nothing : html`<dt>${words().cost}</dt><dd lang="en">${info.complexity}</dd>`}
      <dt>${words().here}</dt><dd>${here}</dd>
      <dt>${words().family}</dt><dd>${info.group}</dd>
      <dt>${words().since}</dt><dd>Redis ${info.since}</dd>
    </dl>
  </article>`;
}

customElements.define('rl-command', CommandElement);
