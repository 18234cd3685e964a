// Two futures of one past in a dialog: the keys that differ, and what each client saw since they parted.

import { css, html, nothing, type TemplateResult } from 'lit';
import { quoteIfNeeded, text } from '../model/bytes.ts';
import { compare, type Pair, type Since } from '../model/compare.ts';
import type { KeyChange, KeyRow } from '../model/engine.ts';
import { bytes, count, duration } from '../model/units.ts';
import { words } from '../model/words/time.ts';
import { colours, shared, StoreElement } from './base.ts';

/** Keys, and log entries of one client, that are listed. */
const KEYS_MAX = 200;
const ENTRIES_MAX = 60;

export class CompareElement extends StoreElement {
  static override properties = { ...StoreElement.properties, changes: { state: true } };

  static override styles = [
    shared,
    colours,
    css`
      dialog { width: min(880px, calc(100vw - 32px)); max-height: calc(100dvh - 48px); padding: 20px 24px 24px; border: 1px solid var(--line); border-radius: 14px; color: var(--text); background: var(--panel); box-shadow: 0 24px 80px #0007; }
      dialog::backdrop { background: #0006; }
      .top { display: flex; align-items: baseline; justify-content: space-between; gap: 12px; }
      #title { margin: 0; font-size: 17px; text-transform: none; letter-spacing: 0; color: var(--text); }
      h3.part { margin: 20px 0 8px; font-size: 13px; }
      p { margin: 4px 0 0; color: var(--muted); }
      table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 13px; }
      th { text-align: left; font-weight: 600; color: var(--muted); font-size: 12px; }
      th, td { padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line-soft); vertical-align: top; overflow: hidden; text-overflow: ellipsis; }
      td:first-child { font-family: var(--mono); }
      td small { color: var(--muted); }
      .gone { color: var(--faint); }
      .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin-bottom: 12px; }
      .pair > div { min-width: 0; border-left: 3px solid var(--k); border-radius: 8px; background: var(--raised); padding: 8px 12px; }
      .pair h4 { margin: 0 0 4px; font-size: 12.5px; color: var(--k); }
      .pair small { font-weight: 400; color: var(--muted); }
      pre { margin: 0; font: 12.5px/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 220px; overflow: auto; }
      pre b { font-weight: 400; color: var(--k); }
      @media (max-width: 600px) { .pair { grid-template-columns: 1fr; } dialog { padding: 16px; } }
    `,
  ];

  declare changes: KeyChange[] | null;

  constructor() {
    super();
    this.changes = null;
  }

  /** Compares now, and opens the dialog. */
  async show(): Promise<void> {
    this.changes = await this.store.differences(this.store.keysDb, KEYS_MAX);
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { session, other, parted } = this.store;
    if (this.changes === null || other === null || parted === null) return nothing;
    return html`<dialog aria-labelledby="title">
      <div class="top"><h2 id="title">${words().compareTitle}</h2><form method="dialog"><button class="btn small">${words().close}</button></form></div>
      <p>${words().compareAbout(duration(parted.at - this.store.epoch))}</p>
      <h3 class="part">${words().keysDiffer}</h3>
      ${this.changes.length === 0
        ? html`<p>${words().noKeysDiffer}</p>`
        : html`<table>
            <thead><tr><th scope="col">${words().key}</th><th scope="col">${words().mine}</th><th scope="col">${words().other}</th></tr></thead>
            <tbody>${this.changes.map(({ key, before, after }) => html`<tr><td>${text(quoteIfNeeded(key))}</td><td>${row(after)}</td><td>${row(before)}</td></tr>`)}</tbody>
          </table>`}
      <h3 class="part">${words().logsDiffer}</h3>
      ${compare(session, other, parted).map((pair) => this.#pair(pair))}
    </dialog>`;
  }

  #pair({ name, colour, mine, other }: Pair): TemplateResult {
    return html`<div class="pair k${colour}">${side(`${name} · ${words().mine}`, mine)}${side(`${name} · ${words().other}`, other)}</div>`;
  }
}

function side(title: string, since: Since): TemplateResult {
  const facts = [words().commands(since.commands), ...(since.waited > 0 ? [words().waited(duration(since.waited))] : [])].join(' · ');
  return html`<div>
    <h4>${title} <small>${facts}</small></h4>
    ${since.entries.length === 0
      ? html`<small>${words().nothingSince}</small>`
      : html`<pre tabindex="0">${since.entries.slice(-ENTRIES_MAX).map((entry) => html`${entry.kind === 'command' ? html`<b>${entry.prompt} </b>` : nothing}${entry.text}\n`)}</pre>`}
  </div>`;
}

function row(info: KeyRow | null): TemplateResult {
  if (info === null) return html`<span class="gone">${words().missing}</span>`;
  return html`${info.type} <small>${info.encoding} · ${info.type === 'string' ? bytes(info.length) : count(info.length)}</small>`;
}

customElements.define('rl-compare', CompareElement);
