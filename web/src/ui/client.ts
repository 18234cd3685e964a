// A client's card: its name and colour, what it is doing right now, its log, and its prompt.

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { text } from '../model/bytes.ts';
import type { Client } from '../model/session.ts';
import { words } from '../model/words/client.ts';
import { words as replyWords } from '../model/words/reply.ts';
import { colours, shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';
import { mark } from './mark.ts';
import { entryView, loadView, replyStyles, VIEWS, type ViewName } from './reply.ts';
import './prompt.ts';

/** So many clients' cards are kept up to date wherever they are: who hears the page reads what nobody sees, too. */
const DRAWN_MAX = 16;

export class ClientElement extends StoreElement {
  static override properties = { ...StoreElement.properties, client: { type: Number }, renaming: { state: true }, view: { state: true }, active: { state: true } };

  static override styles = [
    shared,
    colours,
    replyStyles,
    css`
      :host { display: block; content-visibility: auto; contain-intrinsic-height: auto 110px; }
      /* The chips of a focused prompt are fixed to the screen, not to the card. */
      :host(:focus-within) { content-visibility: visible; }
      article {
        border: 1px solid var(--line);
        border-left: 3px solid var(--k);
        border-radius: 10px;
        background: var(--panel);
        box-shadow: var(--shadow);
        overflow: hidden;
        transition: border-color var(--calm);
      }
      article:focus-within { border-color: var(--k); }
      header { display: flex; align-items: center; gap: 2px; padding: 6px 6px 6px 12px; min-height: 38px; }
      h3 { flex: none; max-width: 15ch; margin: 0; font-size: 13px; font-weight: 650; color: var(--k); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      header .tool { width: 26px; height: 26px; display: grid; place-items: center; border-radius: 6px; color: var(--faint); opacity: 0; }
      article:hover .tool, article:focus-within .tool, .tool:focus-visible { opacity: 1; }
      .tool:hover { background: var(--raised); color: var(--text); }
      .view { position: relative; margin-left: auto; color: var(--muted); }
      .view svg { position: absolute; right: 5px; top: 7px; width: 11px; height: 11px; pointer-events: none; }
      select {
        appearance: none; field-sizing: content; height: 24px; padding: 0 20px 0 7px; text-align: right; font: 11.5px var(--sans); color: inherit;
        background: none; border: 1px solid transparent; border-radius: 6px; cursor: pointer;
      }
      select:hover { border-color: var(--line); color: var(--text); }
      .view[hidden] + .badge { margin-left: auto; }
      select option { background: var(--panel); color: var(--text); }
      .badge {
        font-size: 11.5px;
        line-height: 20px;
        padding: 0 8px;
        border-radius: 10px;
        color: var(--k);
        background: color-mix(in srgb, var(--k) 13%, transparent);
        white-space: nowrap;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .badge.running { color: var(--on-accent); background: var(--accent); }
      .badge.idle { background: none; color: var(--faint); }
      [role='log'] {
        max-height: 236px;
        overflow: auto;
        padding: 2px 12px 0;
        font: 13px/1.5 var(--mono);
        overscroll-behavior: contain;
      }
      [role='log']:focus-visible { outline-offset: -2px; }
      pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
      .command b { font-weight: 400; color: var(--k); }
      .number { color: var(--number); }
      .string { color: var(--string); }
      .error { color: var(--error); }
      .faint, .note { color: var(--faint); }
      .note { font-family: var(--sans); font-size: 12px; }
      .push { border-left: 2px solid var(--k); padding-left: 8px; }
      .busy { color: var(--faint); font-family: var(--sans); font-size: 12px; }
      rl-prompt { padding-bottom: 5px; }
      .tries { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 12px 10px; }
      .tries button {
        font: 12px var(--mono);
        min-height: 26px;
        padding: 0 9px;
        border: 1px dashed var(--line);
        border-radius: 7px;
        color: var(--muted);
      }
      .tries button:hover { color: var(--text); border-color: var(--k); }
      input.name { font: 650 13px var(--sans); color: var(--k); background: var(--raised); border: 1px solid var(--k); border-radius: 5px; width: 12ch; }
      @media (forced-colors: active) {
        article { border-left-width: 6px; }
        .badge { border: 1px solid CanvasText; }
        .badge.running { border: 2px solid Highlight; }
        .push, .wire.sent { border-left-style: double; }
      }
      @media (pointer: coarse) { header .tool { opacity: 1; width: 32px; height: 32px; } }
    `,
  ];

  declare client: number;
  declare renaming: boolean;
  declare view: ViewName;
  /** Whether the focus is here: only then is the log read out as it grows. The page's sentence speaks for the others. */
  declare active: boolean;
  /** The newest log entry that was drawn. */
  #newest = 0;
  /** Whether the line of a running command was drawn below it. */
  #ran = false;
  /** Whether the log is scrolled to its end, and stays there when it grows. */
  #stuck = true;
  /** Where there are many cards, those that are scrolled out of sight are drawn when they come back. */
  readonly #observer = new IntersectionObserver((entries) => {
    const few = this.store.session.clients.size <= DRAWN_MAX;
    const seen = few || entries.at(-1)?.isIntersecting === true;
    // What is not defined yet (`rest.ts`) listens from the moment it is.
    for (const each of [this, ...this.renderRoot.querySelectorAll<StoreElement>('rl-prompt, rl-code:defined')]) {
      each.listen(seen);
      if (seen) each.requestUpdate();
    }
  }, { rootMargin: '200px' });

  constructor() {
    super();
    this.half = 1;
    this.live = true;
    this.renaming = false;
    this.view = 'text';
    this.active = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    this.#observer.disconnect();
    super.disconnectedCallback();
  }

  override focus(): void {
    this.renderRoot.querySelector('rl-prompt')?.focus();
  }

  /** Where one types on a phone, the prompt is not to slip under what covers the page. */
  keepVisible(): void {
    if (this.active) this.renderRoot.querySelector('rl-prompt')?.keepVisible();
  }

  protected override updated(changed: PropertyValues): void {
    const newest = this.store.session.clients.get(this.client)?.repl.entries.at(-1)?.id ?? 0;
    const runs = this.renderRoot.querySelector('.busy') !== null;
    if (newest !== this.#newest || runs !== this.#ran || changed.has('view')) {
      // Where the end is takes a layout: once for what is drawn together.
      requestAnimationFrame(() => this.#scrollToEnd());
    }
    if (newest !== this.#newest) this.keepVisible();
    this.#newest = newest;
    this.#ran = runs;
    if (changed.has('renaming') && this.renaming) {
      const name = this.renderRoot.querySelector<HTMLInputElement>('input.name');
      name?.focus();
      name?.select();
    }
  }

  #scrollToEnd(): void {
    const log = this.renderRoot.querySelector('[role=log]');
    if (this.#stuck && log !== null) log.scrollTop = log.scrollHeight;
  }

  protected override render(): TemplateResult | typeof nothing {
    const client = this.store.session.clients.get(this.client);
    if (client === undefined) return nothing;
    const entries = this.store.session.log(client);
    const doing = this.#doing(client);
    return html`
      <article class="k${client.colour}" aria-label=${words().card(client.name)} @click=${this.#focusPrompt} @keydown=${this.#key}
        @focusin=${() => (this.active = true)} @focusout=${() => (this.active = false)}>
        <header>
          ${this.renaming
            ? html`<input class="name" aria-label=${words().newName(client.name)} maxlength="24" .value=${client.name}
                @blur=${this.#rename} @keydown=${this.#renameKey} />`
            : html`<h3>${mark(client.colour)}${client.name}</h3>
                <button class="tool" aria-label=${words().renameOf(client.name)} title=${words().rename} @click=${() => (this.renaming = true)}>${icons.edit}</button>`}
          <span class="view" ?hidden=${entries.length === 0}>
            <select aria-label=${words().viewOf(client.name)} title=${words().view} @change=${this.#viewChosen}>
              ${VIEWS.map((id) => html`<option value=${id} ?selected=${id === this.view}>${replyWords().views[id]}</option>`)}
            </select>${icons.down}
          </span>
          <span class="badge ${doing.tone}" title=${doing.text}>${doing.text}</span>
          <rl-code .store=${this.store} .client=${client.id} ?hidden=${entries.length === 0}></rl-code>
          <button class="tool" aria-label=${words().closeOf(client.name)} title=${words().close} @click=${this.#close}>${icons.cross}</button>
        </header>
        ${entries.length === 0 ? nothing : html`<div role="log" lang="en" aria-label=${words().log(client.name)} aria-live=${this.active ? 'polite' : 'off'} tabindex="0" @scroll=${this.#scrolled}>${repeat(entries, (entry) => entry.id, (entry) => entryView(entry, this.view))}${this.#busy(client)}</div>`}
        <rl-prompt .store=${this.store} .client=${client.id}></rl-prompt>
        ${entries.length === 0 && client.id <= 2 ? this.#tries(client) : nothing}
      </article>
    `;
  }

  #tries(client: Client): TemplateResult {
    const first = ['SET greeting hello', 'INCR visits', 'KEYS *'];
    const second = ['BLPOP jobs 30', 'GET greeting', 'MULTI'];
    return html`<div class="tries" role="group" aria-label=${words().tries}>
      ${(client.id === 1 ? first : second).map((command) => html`<button @click=${() => this.store.enter(client.id, command)}>${command}</button>`)}
    </div>`;
  }

  #busy(client: Client): TemplateResult | typeof nothing {
    const { hold, session } = this.store;
    if (hold?.task.task !== 'readable' || hold.task.client !== client.id || hold.to - hold.from < 100) return nothing;
    const units = session.running.units ?? 0;
    return html`<div class="busy">${words().runningFor(Math.round(units * (this.store.progress() ?? 0)))}</div>`;
  }

  /** What the client is doing, in a few words. */
  #doing(client: Client): { text: string; tone: string } {
    const { session, hold } = this.store;
    const view = session.viewOf(client.id);
    if (!client.open) return { text: words().closed, tone: 'idle' };
    const waiting = session.waiting(client.id).length;
    if (hold !== null && 'client' in hold.task && hold.task.client === client.id) return { text: words().running, tone: 'running' };
    if (view?.blocked) {
      const { keys, deadline } = view.blocked;
      return { text: words().blocked(keys.map(text).join(', '), deadline === null ? null : Math.max(0, Math.ceil((deadline - this.store.now()) / 1e5) * 1e5)), tone: '' };
    }
    if (view?.paused === true) return { text: words().paused, tone: '' };
    if (waiting > 0) return { text: words().waiting(waiting), tone: '' };
    if (view != null && view.multi !== null) return { text: words().multi(view.multi), tone: '' };
    if (view !== undefined && view.subscriptions > 0) return { text: words().subscribed(view.subscriptions), tone: '' };
    return { text: words().idle, tone: 'idle' };
  }

  #scrolled({ target }: Event): void {
    const { scrollHeight, scrollTop, clientHeight } = target as HTMLElement;
    this.#stuck = scrollHeight - scrollTop - clientHeight < 40;
  }

  #focusPrompt(event: MouseEvent): void {
    const target = event.composedPath()[0] as HTMLElement;
    if (event.composedPath().some((each) => each instanceof HTMLElement && each.matches('rl-code, rl-prompt'))) return;
    if (target.closest('button, input, select, .scroll') === null && getSelection()?.isCollapsed !== false) this.focus();
  }

  /** The next card gets the focus, or whatever opens one. */
  #close(): void {
    const next = this.nextElementSibling ?? this.previousElementSibling;
    const section = this.closest('section');
    this.store.close(this.client);
    const place = next instanceof ClientElement ? next : section?.querySelector<HTMLElement>('button');
    place?.focus();
  }

  #key(event: KeyboardEvent): void {
    const log = this.renderRoot.querySelector('[role=log]');
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const other = event.key === 'ArrowUp' ? this.previousElementSibling : this.nextElementSibling;
      if (other instanceof ClientElement) {
        other.scrollIntoView({ block: 'nearest' });
        other.focus();
      }
    } else if ((event.key === 'PageUp' || event.key === 'PageDown') && log !== null) {
      log.scrollBy({ top: (event.key === 'PageUp' ? -0.9 : 0.9) * log.clientHeight });
    } else return;
    event.preventDefault();
  }

  async #viewChosen(event: Event): Promise<void> {
    const view = (event.target as HTMLSelectElement).value as ViewName;
    await loadView(view);
    this.view = view;
  }

  async #renamed(): Promise<void> {
    this.renaming = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h3 + .tool')?.focus();
  }

  #rename(event: Event): void {
    if (!this.renaming) return;
    this.renaming = false;
    this.store.rename(this.client, (event.target as HTMLInputElement).value.trim());
  }

  #renameKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      // The button that gets the focus must not take the key as its own.
      event.preventDefault();
      this.#rename(event);
      void this.#renamed();
    } else if (event.key === 'Escape') void this.#renamed();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-prompt': import('./prompt.ts').PromptElement;
  }
}

customElements.define('rl-client', ClientElement);
