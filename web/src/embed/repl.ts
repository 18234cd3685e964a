// `<redis-repl>`: one or more prompts with an engine behind them, in somebody else's page.

import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Entry } from '../model/repl.ts';
import type { Client } from '../model/session.ts';
import { SPEEDS } from '../model/units.ts';
import { words } from '../model/words/embed.ts';
import { colours, shared } from '../ui/base.ts';
import { EmbedElement } from './base.ts';
import './source.ts';
import { tokens } from './tokens.ts';
import '../ui/prompt.ts';

export class RedisReplElement extends EmbedElement {
  static override styles = [
    tokens,
    shared,
    colours,
    css`
      :host { --frame: var(--redloop-radius, 10px); }
      .frame { display: flex; flex-direction: column; height: var(--redloop-height, auto); max-height: var(--redloop-max-height, 480px); overflow: hidden; border: 1px solid var(--line); border-radius: var(--frame); background: var(--panel); }
      .panes { flex: 1; min-height: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr)); overflow: auto; }
      .pane { display: flex; flex-direction: column; min-width: 0; min-height: 0; padding: 6px 0; border-left: 3px solid var(--k); }
      .pane + .pane { border-top: 0; }
      [role='log'] { flex: 1; min-height: 0; overflow: auto; padding: 2px 12px 0; font: 13px/1.5 var(--mono); overscroll-behavior: contain; }
      [role='log']:focus-visible { outline-offset: -2px; }
      pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
      .command b { font-weight: 400; color: var(--k); }
      .number { color: var(--number); }
      .string { color: var(--string); }
      .error { color: var(--error); }
      .faint, .note { color: var(--faint); }
      .push { border-left: 2px solid var(--k); padding-left: 8px; }
      .foot { display: flex; justify-content: flex-end; padding: 2px 6px 6px; }
      .foot .btn { border-color: transparent; color: var(--faint); background: none; }
      .foot .btn:hover { color: var(--text); border-color: var(--line); }
      .fallback { position: relative; padding: 8px 84px 10px 12px; font: 13px/1.5 var(--mono); overflow: auto; }
      .fallback ::slotted(pre) { margin: 0 !important; font: inherit !important; background: none !important; color: inherit; padding: 0 !important; border: 0 !important; white-space: pre-wrap !important; overflow-wrap: anywhere; }
      .fallback slot { display: block; white-space: pre-line; }
      .start { position: absolute; right: 8px; top: 8px; font: 12px var(--sans); }
      .loading { position: absolute; right: 12px; top: 10px; font: 12px var(--sans); color: var(--faint); }
      .crash { padding: 10px 12px; background: var(--accent-soft); }
      .crash code { font: 12px/1.5 var(--mono); color: var(--muted); overflow-wrap: anywhere; }
    `,
  ];

  protected override readonly watches = false;
  protected override readonly speed = SPEEDS.length - 1;
  #stuck = true;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('rl-prompt')?.focus();
  }

  protected override updated(): void {
    for (const log of this.renderRoot.querySelectorAll('[role=log]')) if (this.#stuck) log.scrollTop = log.scrollHeight;
  }

  protected override render(): TemplateResult {
    const { store } = this;
    if (store === null || this.phase !== 'running') {
      return html`<div class="frame" part="frame" role="group" aria-label=${words().label}>${this.crashed()}${this.fallback()}</div>`;
    }
    const ids = this.ids.length > 0 ? this.ids : [...store.session.clients.keys()];
    const clients = ids.flatMap((id) => store.session.clients.get(id) ?? []);
    return html`<div class="frame" part="frame" role="group" aria-label=${words().label}>
      ${this.crashed()}
      <div class="panes">${repeat(clients, ({ id }) => id, (client) => this.#pane(client))}</div>
      ${this.readonly ? nothing : html`<div class="foot"><button class="btn small" part="button" @click=${() => void this.reset()}>${words().again}</button></div>`}
    </div>`;
  }

  #pane(client: Client): TemplateResult {
    const { store } = this;
    if (store === null) return html``;
    const entries = store.session.log(client);
    return html`<div class="pane k${client.colour}" part="pane" @click=${this.#click}>
      ${entries.length === 0 ? nothing : html`<div role="log" part="log" tabindex="0" aria-label=${words().log(client.name)}>
        ${repeat(entries, ({ id }) => id, entryView)}
      </div>`}
      ${this.readonly ? nothing : html`<rl-prompt part="prompt" .store=${store} .client=${client.id}></rl-prompt>`}
    </div>`;
  }

  /** A click beside the words is for the prompt; whoever selects text wants that. */
  #click(event: Event): void {
    if ((getSelection()?.toString() ?? '') !== '') return;
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>('rl-prompt')?.focus();
  }
}

/** An entry as redis-cli shows it; the other views of the playground are left out here, for their weight. */
function entryView(entry: Entry): TemplateResult {
  return entry.kind === 'command'
    ? html`<pre class="command"><b>${entry.prompt}</b> ${entry.text}</pre>`
    : html`<pre class="${entry.kind} ${entry.tone}">${entry.text}</pre>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'redis-repl': RedisReplElement;
  }
}

if (customElements.get('redis-repl') === undefined) customElements.define('redis-repl', RedisReplElement);
