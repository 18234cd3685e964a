// The session as a transcript, to copy or to download: the same text runs on the native server and as a test.

import { css, html, type TemplateResult } from 'lit';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

/** The newest lines that are shown; copy and download give all. */
const SHOWN_MAX = 300;

export class TranscriptElement extends StoreElement {
  static override properties = { ...StoreElement.properties, copied: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; height: 100%; }
      .tools { display: flex; align-items: center; gap: 8px; padding: 10px 16px; border-bottom: 1px solid var(--line-soft); }
      .tools span { font-size: 12px; color: var(--muted); margin-right: auto; }
      pre { flex: 1; min-height: 120px; margin: 0; padding: 12px 16px; overflow: auto; font: 12.5px/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
      .none { padding: 22px 20px; color: var(--faint); font-size: 13px; text-align: center; }
    `,
  ];

  declare copied: boolean;

  constructor() {
    super();
    this.copied = false;
  }

  protected override render(): TemplateResult {
    const { recorder } = this.store.session.scribe;
    const lines = recorder.tail(SHOWN_MAX);
    return html`
      <div class="tools">
        <span role="status">${this.copied ? 'Copied.' : 'Replays anywhere'}</span>
        <button class="btn small" ?disabled=${lines.length === 0} @click=${this.#copy}>${icons.copy} Copy</button>
        <button class="btn small" ?disabled=${lines.length === 0} @click=${this.#download}>${icons.save} Download</button>
      </div>
      ${lines.length === 0
        ? html`<p class="none">What you type is written down here as a transcript that replays to the same bytes on the native server.</p>`
        : html`<pre tabindex="0" aria-label="Recorded transcript">${lines.length >= SHOWN_MAX ? '# … more above\n' : ''}${lines.join('\n')}</pre>`}
    `;
  }

  async #copy(): Promise<void> {
    await navigator.clipboard.writeText(this.store.session.scribe.recorder.toString());
    this.copied = true;
    setTimeout(() => (this.copied = false), 2000);
  }

  #download(): void {
    const url = URL.createObjectURL(new Blob([this.store.session.scribe.recorder.toString()], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'session.redis';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

customElements.define('rl-transcript', TranscriptElement);
