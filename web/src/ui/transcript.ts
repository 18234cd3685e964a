// The session as a transcript, to copy or to download: the same text runs on the native server and as a test. Or as a
// program for a client library.

import { css, html, type TemplateResult } from 'lit';
import { code, TARGETS } from '../model/code/code.ts';
import { codeSteps } from '../model/code/steps.ts';
import { words } from '../model/words/code.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

/** The newest lines that are shown; copy and download give all. */
const SHOWN_MAX = 300;

export class TranscriptElement extends StoreElement {
  static override properties = { ...StoreElement.properties, copied: { state: true }, target: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; height: 100%; }
      .tools { display: flex; align-items: center; gap: 8px; padding: 10px 16px; border-bottom: 1px solid var(--line-soft); }
      select { flex: 1; min-width: 0; height: 26px; font: inherit; font-size: 12.5px; color: var(--text); background: var(--bg); border: 1px solid var(--line); border-radius: 7px; }
      pre { flex: 1; min-height: 120px; margin: 0; padding: 12px 16px; overflow: auto; font: 12.5px/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
      .none { padding: 22px 20px; color: var(--faint); font-size: 13px; text-align: center; }
    `,
  ];

  declare copied: boolean;
  /** A target's id, or empty for the transcript itself. */
  declare target: string;

  constructor() {
    super();
    this.copied = false;
    this.target = '';
  }

  protected override render(): TemplateResult {
    const { recorder } = this.store.session.scribe;
    const none = recorder.steps.length === 0;
    return html`
      <div class="tools">
        <select aria-label=${words().writtenAs} @change=${(event: Event) => (this.target = (event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this.target === ''}>${words().transcript}</option>
          ${TARGETS.map(({ id, name }) => html`<option value=${id} ?selected=${this.target === id}>${name}</option>`)}
        </select>
        <span class="sr" role="status">${this.copied ? words().copied : ''}</span>
        <button class="btn small" ?disabled=${none} @click=${this.#copy}>${icons.copy} ${this.copied ? words().copied : words().copy}</button>
        <button class="btn small icon" aria-label=${words().download} title=${words().download} ?disabled=${none} @click=${this.#download}>${icons.save}</button>
      </div>
      ${none
        ? html`<p class="none">${words().none}</p>`
        : this.target === '' ? this.#transcript() : html`<pre tabindex="0" aria-label=${words().program}>${this.#written()}</pre>`}
    `;
  }

  #transcript(): TemplateResult {
    const lines = this.store.session.scribe.recorder.tail(SHOWN_MAX);
    return html`<pre tabindex="0" aria-label=${words().recorded}>${lines.length >= SHOWN_MAX ? `${words().moreAbove}\n` : ''}${lines.join('\n')}</pre>`;
  }

  #written(): string {
    const { recorder } = this.store.session.scribe;
    const target = TARGETS.find(({ id }) => id === this.target);
    return target === undefined ? recorder.toString() : code(target, codeSteps(recorder.steps));
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(this.#written());
    this.copied = true;
    setTimeout(() => (this.copied = false), 2000);
  }

  #download(): void {
    const url = URL.createObjectURL(new Blob([this.#written()], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = TARGETS.find(({ id }) => id === this.target)?.file ?? 'session.redis';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

customElements.define('rl-transcript', TranscriptElement);
