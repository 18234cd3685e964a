// "Copy as code": a command, a client's commands or the whole session as a program, in a small popover.

import { css, html, type TemplateResult } from 'lit';
import { code, TARGETS, type CodeStep, type Target } from '../model/code/code.ts';
import { codeSteps } from '../model/code/steps.ts';
import { words } from '../model/words/code.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

/** Commands that can be chosen one by one, the latest first. */
const CHOICES_MAX = 20;

export class CodeElement extends StoreElement {
  static override properties = { ...StoreElement.properties, client: { type: Number }, what: { state: true }, copied: { state: true }, open: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: inline-block; }
      .tool { width: 26px; height: 26px; display: grid; place-items: center; border-radius: 6px; color: var(--faint); }
      .tool:hover { background: var(--raised); color: var(--text); }
      [popover] {
        position: fixed; inset: auto; margin: 6px 0 0; padding: 12px; border: 1px solid var(--line); border-radius: 12px; color: var(--text);
        background: var(--panel); box-shadow: 0 12px 40px #0005; width: min(400px, calc(100vw - 24px)); position-area: bottom span-left;
        position-try-fallbacks: flip-inline, flip-block;
      }
      label { display: block; font-size: 12px; color: var(--muted); margin-bottom: 10px; }
      select { display: block; width: 100%; height: 30px; margin-top: 4px; font: inherit; font-size: 13px; color: var(--text); background: var(--bg); border: 1px solid var(--line); border-radius: 8px; }
      .targets { display: flex; flex-wrap: wrap; gap: 6px; }
      p { margin: 10px 0 0; font-size: 12px; color: var(--muted); }
      @media (pointer: coarse) { .tool { width: 32px; height: 32px; } }
    `,
  ];

  declare client: number;
  /** `last`, the position of a command, `client` or `session`. */
  declare what: string;
  declare copied: string;
  declare open: boolean;

  constructor() {
    super();
    this.half = 1;
    this.what = 'last';
    this.copied = '';
    this.open = false;
  }

  protected override render(): TemplateResult {
    const name = this.store.session.nameOf(this.client);
    return html`
      <button class="tool" popovertarget="menu" aria-label=${words().copyOf(name)} title=${words().copyAs}>${icons.copy}</button>
      <div id="menu" popover aria-label=${words().copyAs} @toggle=${this.#toggled}>${this.open ? this.#menu(name) : ''}</div>`;
  }

  #menu(name: string): TemplateResult {
    const own = this.#own();
    const recent = own.map((step, i) => [i, step] as const).slice(-CHOICES_MAX).reverse();
    return html`
      <label>${words().what}
        <select @change=${(event: Event) => (this.what = (event.target as HTMLSelectElement).value)}>
          ${recent.map(([i, step], at) => html`<option value=${at === 0 ? 'last' : i} ?selected=${this.what === (at === 0 ? 'last' : String(i))}>${line(step)}</option>`)}
          <option value="client" ?selected=${this.what === 'client'}>${words().allOf(name)}</option>
          <option value="session" ?selected=${this.what === 'session'}>${words().session}</option>
        </select>
      </label>
      <div class="targets" role="group" aria-label=${words().targets}>
        ${TARGETS.map((target) => html`<button class="btn small" @click=${() => this.#copy(target)}>${target.name}</button>`)}
      </div>
      <p role="status">${this.copied === '' ? words().exact : words().copiedFor(this.copied)}</p>`;
  }

  #own(): CodeStep[] {
    return codeSteps(this.store.session.scribe.recorder.steps, this.store.session.scribe.nameOf(this.client));
  }

  #chosen(): CodeStep[] {
    if (this.what === 'session') return codeSteps(this.store.session.scribe.recorder.steps);
    const own = this.#own();
    if (this.what === 'client') return own;
    const step = this.what === 'last' ? own.at(-1) : own[Number(this.what)];
    return step === undefined ? [] : [step];
  }

  async #copy(target: Target): Promise<void> {
    await navigator.clipboard.writeText(code(target, this.#chosen()));
    this.copied = target.name;
  }

  readonly #toggled = (event: Event): void => {
    this.open = (event as ToggleEvent).newState === 'open';
    this.copied = '';
    if (this.open) this.what = 'last';
  };
}

function line(step: CodeStep): string {
  if (step.kind === 'wait') return `+ ${step.ms}ms`;
  const shown = step.argv.join(' ');
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

customElements.define('rl-code', CodeElement);
