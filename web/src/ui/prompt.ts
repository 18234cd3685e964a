// One client's input line: prompt, native input, grey hint behind it, completion, history and Ctrl-R.
//
// Keys are redis-cli's. Tab completes only while there is something to complete, and Shift+Tab or Escape then Tab always
// leave, so that nobody is trapped.

import { css, html, type TemplateResult } from 'lit';
import { split } from '../model/args.ts';
import { utf8 } from '../model/bytes.ts';
import { complete } from '../model/complete.ts';
import { find, hint } from '../model/hints.ts';
import { history, move, remember, search, type History } from '../model/history.ts';
import { shared, StoreElement } from './base.ts';

const STORED = 'redloop-history';

export class PromptElement extends StoreElement {
  static override properties = {
    ...StoreElement.properties,
    client: { type: Number },
    line: { state: true },
    found: { state: true },
    offers: { state: true },
  };

  static override styles = [
    shared,
    css`
      :host { display: block; font: 13px/1.5 var(--mono); }
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
      .offers { display: flex; flex-wrap: wrap; gap: 4px; padding: 2px 12px 8px; }
      .offers button {
        padding: 2px 8px;
        min-height: 24px;
        border-radius: 6px;
        background: var(--raised);
        font-size: 12px;
      }
      .offers button.on { background: var(--k); color: var(--panel); }
      @media (pointer: coarse) { input { font-size: 16px; } .ghost { font-size: 16px; } }
    `,
  ];

  declare client: number;
  declare line: string;
  /** Ctrl-R: what is looked for, and the history line that matches. */
  declare found: { query: string; at: number } | null;
  declare offers: { from: number; candidates: string[]; at: number } | null;
  #history: History = history(stored());
  #escaped = false;

  constructor() {
    super();
    this.line = '';
    this.found = null;
    this.offers = null;
  }

  override focus(): void {
    this.renderRoot.querySelector('input')?.focus();
  }

  protected override render(): TemplateResult {
    const match = this.found === null ? undefined : this.#history.lines[this.found.at];
    const name = this.store.session.nameOf(this.client);
    const open = this.store.session.clients.get(this.client)?.open ?? false;
    return html`
      <form @submit=${this.#submit}>
        <label for="line">${this.found === null ? this.store.session.prompt(this.client) : '(search)'}</label>
        <span class="field">
          ${this.found === null
            ? html`<span class="ghost" aria-hidden="true"><i>${this.line}</i>${this.#hint()}</span>`
            : html`<span class="ghost" aria-hidden="true"><i>${this.found.query}</i> → ${match ?? 'no match'}</span>`}
          <input
            id="line" name="line" aria-label="Command for ${name}" autocomplete="off" autocapitalize="off"
            autocorrect="off" spellcheck="false" enterkeyhint="send" aria-describedby="hint" ?disabled=${!open}
            .value=${this.found === null ? this.line : this.found.query}
            @input=${this.#input} @keydown=${this.#key} @paste=${this.#paste} @blur=${() => (this.offers = null)}
          />
        </span>
        <span class="sr" id="hint">${this.found === null ? this.#hint() : (match ?? 'no match')}</span>
      </form>
      ${this.offers === null || this.offers.candidates.length < 2
        ? ''
        : html`<div class="offers" aria-label="Completions">
            ${this.offers.candidates.map((word, i) => html`<button
              type="button" tabindex="-1" class=${i === this.offers?.at ? 'on' : ''}
              @pointerdown=${(event: Event) => this.#pick(event, i)}>${word}</button>`)}
          </div>`}
    `;
  }

  /** What may follow: shown from the first space on, as redis-cli does. */
  #hint(): string {
    if (!/^\s*\S+\s/.test(this.line)) return '';
    const argv = split(utf8(this.line));
    if (argv === undefined) return '';
    const ended = /\s$/.test(this.line);
    const whole = ended ? argv : argv.slice(0, -1);
    const command = find(this.store.commands, ended ? argv : whole);
    if (command === undefined || (!ended && whole.length < command.words)) return '';
    const rest = hint(command.info.syntax, (ended ? argv : argv).slice(command.words));
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
    else if (key === 'ArrowUp' || key === 'ArrowDown') {
      event.preventDefault();
      const moved = move(this.#history, key === 'ArrowUp' ? -1 : 1, this.line);
      this.#history = moved.history;
      this.line = moved.line;
    } else if (key === 'Tab' && !event.shiftKey && !this.#escaped) this.#complete(event);
    else if (key === 'Escape') {
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

  #complete(event: KeyboardEvent): void {
    if (this.offers !== null && this.offers.candidates.length > 1) {
      event.preventDefault();
      this.#show({ ...this.offers, at: (this.offers.at + 1) % this.offers.candidates.length });
      return;
    }
    if (this.line.trim() === '') return;
    const keys = this.store.keys?.page.rows.map((row) => row.key) ?? [];
    const { from, candidates } = complete(this.line, this.store.commands, keys);
    const only = candidates[0];
    if (only === undefined || (candidates.length === 1 && this.line.slice(from) === only)) return;
    event.preventDefault();
    this.#show({ from, candidates, at: 0 });
  }

  #show(offers: { from: number; candidates: string[]; at: number }): void {
    const word = offers.candidates[offers.at] as string;
    this.line = this.line.slice(0, offers.from) + word + (offers.candidates.length === 1 ? ' ' : '');
    this.offers = offers.candidates.length === 1 ? null : offers;
  }

  #pick(event: Event, at: number): void {
    event.preventDefault();
    if (this.offers !== null) this.#show({ from: this.offers.from, candidates: [this.offers.candidates[at] as string], at: 0 });
  }

  #submit(event: Event): void {
    event.preventDefault();
    const line = this.found === null ? this.line : (this.#history.lines[this.found.at] ?? '');
    this.found = null;
    this.offers = null;
    this.#enter(line);
    this.line = '';
  }

  /** Several pasted lines are sent one after the other, as a pipeline. */
  #paste(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData('text') ?? '';
    if (!/\n./.test(pasted)) return;
    event.preventDefault();
    for (const line of pasted.split(/\r?\n/)) this.#enter(line);
  }

  #enter(line: string): void {
    if (line.trim() === '') return;
    this.#history = remember(history(stored()), line);
    store(this.#history.lines);
    this.store.enter(this.client, line);
  }
}

function hasSelection(event: KeyboardEvent): boolean {
  const input = event.target as HTMLInputElement;
  return input.selectionStart !== input.selectionEnd;
}

function stored(): string[] {
  try {
    const lines: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]');
    return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}

function store(lines: readonly string[]): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(lines));
  } catch {
    // A full or forbidden storage costs the history of this page, nothing else.
  }
}

customElements.define('rl-prompt', PromptElement);
