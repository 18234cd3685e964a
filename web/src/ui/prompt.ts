// One client's input line: prompt, native input, grey hint behind it, completion, history, Ctrl-R, and the question
// what to do with several pasted lines.
//
// Keys are redis-cli's. Tab completes only while there is something to complete, and Shift+Tab or Escape then Tab always
// leave, so that nobody is trapped. Keys for completion are fetched while one types, so Tab rarely waits.

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { split } from '../model/args.ts';
import { utf8 } from '../model/bytes.ts';
import type { Candidate, Completion } from '../model/complete.ts';
import type { KeyRow } from '../model/engine.ts';
import { find } from '../model/commands.ts';
import { history, move, remember, search, type History } from '../model/history.ts';
import type { Pasted } from '../model/paste.ts';
import { words } from '../model/words/client.ts';
import { shared, StoreElement } from './base.ts';
import { loadHistory, saveHistory } from './stored.ts';
import { onKeyboard, touching } from './viewport.ts';

/** Completions that Tab goes through. */
interface Offers {
  from: number;
  /** The word that was typed, for Escape. */
  typed: string;
  candidates: Candidate[];
  at: number;
}

/** What helps with typing, for all prompts, once the engine has answered and it has been fetched; without it one types without. */
let typing: typeof import('../model/typing.ts') | undefined;
let fetching: Promise<void> | undefined;

function fetchTyping(): Promise<void> {
  fetching ??= import('../model/typing.ts').then(
    (fetched) => void (typing = fetched),
    () => undefined,
  );
  return fetching;
}

export class PromptElement extends StoreElement {
  static override properties = {
    ...StoreElement.properties,
    client: { type: Number },
    line: { state: true },
    found: { state: true },
    offers: { state: true },
    pasted: { state: true },
    tapping: { state: true },
  };

  static override styles = [
    shared,
    css`
      :host { display: block; font: 13px/1.5 var(--mono); scroll-margin-bottom: calc(var(--redloop-keyboard, 0px) + 64px); }
      form { display: flex; align-items: baseline; gap: 0.6em; margin: 0; padding: 0 12px; }
      label { color: var(--k); white-space: pre; flex: none; }
      .field { position: relative; flex: 1; min-width: 0; overflow: hidden; }
      input {
        position: relative;
        width: 100%;
        font: inherit;
        color: var(--text);
        background: none;
        border: 0;
        padding: 5px 0;
        outline: none;
        caret-color: var(--k);
      }
      .ghost {
        position: absolute;
        inset: 5px 0 auto;
        white-space: pre;
        overflow: hidden;
        text-overflow: ellipsis;
        pointer-events: none;
        color: var(--faint);
      }
      .ghost i { visibility: hidden; font-style: normal; }
      [role='listbox'] { max-height: 172px; overflow: auto; margin: 2px 8px 8px; padding: 4px; border-radius: 8px; background: var(--raised); }
      [role='option'] { display: flex; gap: 12px; justify-content: space-between; padding: 2px 8px; min-height: 24px; border-radius: 5px; font-size: 12.5px; cursor: pointer; }
      [role='option'] b { font-weight: 400; white-space: pre; }
      [role='option'] span { font: 12px/20px var(--sans); color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      [aria-selected='true'] { background: var(--k); color: var(--panel); }
      [aria-selected='true'] span { color: inherit; }
      .paste { margin: 4px 8px 8px; padding: 10px 12px; border-radius: 8px; background: var(--raised); font: 13px/1.5 var(--sans); }
      .paste p { margin: 0 0 8px; }
      .paste pre { margin: 0 0 10px; max-height: 6.2em; overflow: hidden; font: 12px/1.55 var(--mono); color: var(--muted); white-space: pre-wrap; overflow-wrap: anywhere; }
      .paste div { display: flex; flex-wrap: wrap; gap: 6px; }
      .typing { display: flex; align-items: center; justify-content: space-between; padding: 4px 12px; font: 12px var(--sans); color: var(--muted); }
      @media (pointer: coarse) { input { font-size: 16px; } .ghost { font-size: 16px; } [role='option'] { min-height: 36px; align-items: center; } }
    `,
  ];

  declare client: number;
  declare line: string;
  /** Ctrl-R: what is looked for, and the history line that matches. */
  declare found: { query: string; at: number } | null;
  declare offers: Offers | null;
  declare pasted: Pasted | null;
  /** Whether the focus is here, by touch. */
  declare tapping: boolean;
  /** What offers words to tap, once it has been loaded: nobody needs it before the first touch. */
  #tap: typeof import('../model/chips.ts') | undefined;
  #reader: typeof import('../model/paste.ts') | undefined;
  #unwatch: (() => void) | undefined;
  #history: History = history(loadHistory());
  #escaped = false;
  /** Whether it has asked for what helps with typing. */
  #asked = false;
  /** The keys that complete `line`, once they are known. */
  #keys: { line: string; rows: KeyRow[] } = { line: '', rows: [] };

  constructor() {
    super();
    this.half = 1;
    this.line = '';
    this.found = null;
    this.offers = null;
    this.pasted = null;
    this.tapping = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('focusin', this.#entered);
    this.addEventListener('focusout', this.#left);
  }

  override disconnectedCallback(): void {
    this.removeEventListener('focusin', this.#entered);
    this.removeEventListener('focusout', this.#left);
    this.#unwatch?.();
    super.disconnectedCallback();
  }

  override focus(): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  /** While chips and an on-screen keyboard cover part of the page, scrolls so that they do not cover this. */
  keepVisible(): void {
    if (this.tapping) this.scrollIntoView({ block: 'nearest' });
  }

  protected override updated(changed: PropertyValues): void {
    if (this.store.ready && !this.#asked) {
      this.#asked = true;
      void fetchTyping().then(() => this.requestUpdate());
    }
    if (changed.has('line')) void this.#fetch();
    if (changed.has('offers')) this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    if (changed.has('pasted') && this.pasted !== null) this.renderRoot.querySelector<HTMLElement>('.paste button')?.focus();
  }

  protected override render(): TemplateResult {
    const match = this.found === null ? undefined : this.#history.lines[this.found.at];
    const name = this.store.session.nameOf(this.client);
    const open = this.store.session.clients.get(this.client)?.open ?? false;
    const listed = this.offers !== null;
    return html`
      <form @submit=${this.#submit}>
        <label for="line">${this.found === null ? this.store.session.prompt(this.client) : words().search}</label>
        <span class="field">
          ${this.found === null
            ? html`<span class="ghost" aria-hidden="true"><i>${this.line}</i>${this.#hint()}</span>`
            : html`<span class="ghost" aria-hidden="true"><i>${this.found.query}</i> → ${match ?? words().noMatch}</span>`}
          <input
            id="line" name="line" aria-label=${words().command(name)} autocomplete="off" autocapitalize="off"
            autocorrect="off" spellcheck="false" enterkeyhint="send" aria-describedby="hint" ?disabled=${!open}
            role="combobox" aria-autocomplete="list" aria-haspopup="listbox" aria-expanded=${listed ? 'true' : 'false'}
            aria-controls=${listed ? 'offers' : nothing} aria-activedescendant=${listed ? `offer-${this.offers?.at}` : nothing}
            .value=${this.found === null ? this.line : this.found.query}
            @input=${this.#input} @keydown=${this.#key} @paste=${this.#paste} @blur=${() => (this.offers = null)}
          />
        </span>
        <span class="sr" id="hint">${this.found === null ? this.#hint() : (match ?? words().noMatch)}</span>
      </form>
      ${this.#offered()}${this.#question()}${this.#typing()}${this.#chips()}
    `;
  }

  #offered(): TemplateResult | typeof nothing {
    if (this.offers === null) return nothing;
    const { candidates, at } = this.offers;
    return html`<div role="listbox" id="offers" aria-label=${words().completions}>
      ${candidates.map(({ word, about }, i) => html`<div role="option" id="offer-${i}" aria-selected=${i === at ? 'true' : 'false'}
        @pointerdown=${(event: Event) => this.#pick(event, i)}><b>${word}</b><span>${about}</span></div>`)}
    </div>`;
  }

  #question(): TemplateResult | typeof nothing {
    if (this.pasted === null) return nothing;
    const { lines, script, error } = this.pasted;
    const clients = script === null ? 0 : new Set(script.flatMap((step) => (step.kind === 'send' ? [step.client] : []))).size;
    const said = error !== '' ? words().noScript(error) : words().commands(lines.length, clients);
    return html`<div class="paste" role="group" aria-label=${words().pasted} @keydown=${this.#pasteKey}>
      <p>${said}</p>
      ${lines.length === 0 ? nothing : html`<pre>${lines.slice(0, 4).join('\n')}${lines.length > 4 ? '\n…' : ''}</pre>`}
      <div>
        ${script !== null
          ? html`<button class="btn small primary" @click=${() => this.#send('script')}>${words().runScript}</button>`
          : error !== '' ? nothing : html`
            <button class="btn small primary" @click=${() => this.#send('pipeline')} title=${words().pipelineHint}>${words().pipeline}</button>
            <button class="btn small" @click=${() => this.#send('each')} title=${words().oneByOneHint}>${words().oneByOne}</button>`}
        <button class="btn small" @click=${() => this.#send('nothing')}>${words().cancel}</button>
      </div>
    </div>`;
  }

  #chips(): TemplateResult | typeof nothing {
    const tap = this.#tap;
    if (!this.tapping || tap === undefined || this.found !== null || this.pasted !== null) return nothing;
    const { session, commands } = this.store;
    const view = session.viewOf(this.client);
    const rows = this.#keys.line === this.line ? this.#keys.rows : [];
    const situation = { multi: view != null && view.multi !== null, subscribed: view !== undefined && view.subscriptions > 0 };
    return html`<rl-chips .chips=${tap.chips(this.line, commands, rows, situation)} .empty=${this.line.trim() === ''}
      @chip=${(event: CustomEvent<string>) => this.#tapped(event.detail)} @back=${() => this.#tapped(tap.shorter(this.line))}
      @send=${() => this.renderRoot.querySelector('form')?.requestSubmit()}></rl-chips>`;
  }

  #tapped(line: string): void {
    this.offers = null;
    this.line = line;
    this.focus();
  }

  readonly #entered = (): void => {
    if (!touching()) return;
    this.tapping = true;
    this.#unwatch ??= onKeyboard(() => this.keepVisible());
    void this.#offerTaps().then(() => this.keepVisible());
  };

  async #offerTaps(): Promise<void> {
    [this.#tap] = await Promise.all([import('../model/chips.ts'), import('./chips.ts')]);
    this.requestUpdate();
    await this.updateComplete;
  }

  readonly #left = (event: FocusEvent): void => {
    if (event.relatedTarget === this) return;
    this.tapping = false;
    this.#unwatch?.();
    this.#unwatch = undefined;
  };

  #typing(): TemplateResult | typeof nothing {
    const { typing } = this.store;
    if (typing === null || typing.client !== this.client) return nothing;
    return html`<div class="typing"><span role="status">${words().typing(typing.at, typing.total)}</span>
      <button class="btn small" @click=${() => this.store.stopTyping()}>${words().stop}</button></div>`;
  }

  /** What may follow: shown from the first space on, as redis-cli does. */
  #hint(): string {
    if (!/^\s*\S+\s/.test(this.line)) return '';
    const argv = split(utf8(this.line));
    if (argv === undefined || typing === undefined) return '';
    const ended = /\s$/.test(this.line);
    const whole = ended ? argv : argv.slice(0, -1);
    const command = find(this.store.commands, ended ? argv : whole);
    if (command === undefined || (!ended && whole.length < command.words)) return '';
    const rest = typing.hint(command.info.syntax, argv.slice(command.words));
    return rest === '' ? '' : ended ? rest : ` ${rest}`;
  }

  #input(event: Event): void {
    const value = (event.target as HTMLInputElement).value;
    this.offers = null;
    this.#escaped = false;
    if (this.found === null) this.line = value;
    else this.found = { query: value, at: search(this.#history, value) };
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    if (key === 'r' && event.ctrlKey) {
      event.preventDefault();
      if (this.found === null) this.found = { query: '', at: -1 };
      else this.found = { ...this.found, at: search(this.#history, this.found.query, this.found.at) };
    } else if (this.found !== null) this.#searchKey(event);
    else if (this.offers !== null && (key === 'Tab' || key === 'ArrowUp' || key === 'ArrowDown')) {
      event.preventDefault();
      const { candidates, at } = this.offers;
      const back = key === 'ArrowUp' || (key === 'Tab' && event.shiftKey);
      this.#show({ ...this.offers, at: (at + (back ? candidates.length - 1 : 1)) % candidates.length });
    } else if ((key === 'ArrowUp' || key === 'ArrowDown') && !event.altKey) {
      event.preventDefault();
      const moved = move(this.#history, key === 'ArrowUp' ? -1 : 1, this.line);
      this.#history = moved.history;
      this.line = moved.line;
    } else if (key === 'Tab' && !event.shiftKey && !this.#escaped) this.#complete(event);
    else if (key === 'Escape') {
      if (this.offers !== null) this.line = this.line.slice(0, this.offers.from) + this.offers.typed;
      this.offers = null;
      this.#escaped = true;
    } else if ((key === 'c' || key === 'u') && event.ctrlKey && !hasSelection(event)) {
      event.preventDefault();
      this.line = '';
      this.offers = null;
    } else if (key === 'l' && event.ctrlKey) {
      event.preventDefault();
      this.store.enter(this.client, 'clear');
    }
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' || (event.key === 'c' && event.ctrlKey)) this.found = null;
    else if (event.key === 'Tab' || event.key === 'ArrowRight') {
      this.line = this.#history.lines[this.found?.at ?? -1] ?? this.line;
      this.found = null;
    } else return;
    event.preventDefault();
  }

  /** Asks for the keys that would complete the line; what is late is dropped. */
  async #fetch(): Promise<void> {
    const { line } = this;
    const asked = typing?.wanted(line, this.store.commands) ?? null;
    if (typing === undefined || asked === null) {
      this.#keys = { line, rows: [] };
      return;
    }
    const rows = await this.store.names(this.client, asked, typing.CANDIDATES_MAX);
    if (this.line !== line) return;
    this.#keys = { line, rows };
    if (this.tapping) this.requestUpdate();
  }

  #complete(event: KeyboardEvent): void {
    const { line } = this;
    const { complete } = typing ?? {};
    if (line.trim() === '' || complete === undefined) return;
    if (this.#keys.line === line) {
      if (this.#offer(complete(line, this.store.commands, this.#keys.rows))) event.preventDefault();
      return;
    }
    event.preventDefault();
    void this.#fetch().then(() => {
      if (this.line === line) this.#offer(complete(line, this.store.commands, this.#keys.rows));
    });
  }

  /** Takes the only candidate or lists them; `false` when there is nothing new. */
  #offer({ from, candidates }: Completion): boolean {
    const [only] = candidates;
    const typed = this.line.slice(from);
    if (only === undefined || (candidates.length === 1 && typed === only.word)) return false;
    this.#show({ from, typed, candidates, at: 0 });
    return true;
  }

  #show(offers: Offers): void {
    const { word } = offers.candidates[offers.at] as Candidate;
    const only = offers.candidates.length === 1;
    this.line = this.line.slice(0, offers.from) + word + (only ? ' ' : '');
    this.offers = only ? null : offers;
  }

  #pick(event: Event, at: number): void {
    event.preventDefault();
    if (this.offers !== null) this.#show({ ...this.offers, candidates: [this.offers.candidates[at] as Candidate], at: 0 });
  }

  #submit(event: Event): void {
    event.preventDefault();
    const line = this.found === null ? this.line : (this.#history.lines[this.found.at] ?? '');
    this.found = null;
    this.offers = null;
    this.#remember([line]);
    if (line.trim() !== '') this.store.enter(this.client, line);
    this.line = '';
  }

  #paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData('text').trim() ?? '';
    if (!text.includes('\n')) return;
    event.preventDefault();
    this.offers = null;
    // Whoever has pasted before need not wait, and an Escape that follows at once meets the question.
    if (this.#reader !== undefined) this.pasted = this.#reader.paste(text);
    else void import('../model/paste.ts').then((reader) => (this.pasted = (this.#reader = reader).paste(text)));
  }

  #pasteKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#send('nothing');
  }

  #send(how: 'pipeline' | 'each' | 'script' | 'nothing'): void {
    const { pasted, store } = this;
    this.pasted = null;
    this.focus();
    if (pasted === null || how === 'nothing') return;
    const client = store.session.nameOf(this.client);
    if (how !== 'script') this.#remember(pasted.lines);
    if (how === 'pipeline') store.enterAll(this.client, pasted.lines);
    else if (how === 'each') void store.type(this.client, pasted.lines.map((line) => ({ kind: 'send', client, line, answered: false })));
    else void store.type(this.client, pasted.script ?? []);
  }

  #remember(lines: readonly string[]): void {
    this.#history = lines.reduce(remember, history(loadHistory()));
    saveHistory(this.#history.lines);
  }
}

function hasSelection(event: KeyboardEvent): boolean {
  const input = event.target as HTMLInputElement;
  return input.selectionStart !== input.selectionEnd;
}

customElements.define('rl-prompt', PromptElement);
