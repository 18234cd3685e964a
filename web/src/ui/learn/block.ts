// A block of a lesson: the conversation in its clients' colours, and the buttons that type it.

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Player } from '../../app/player.ts';
import { alike, type Script, type Shown } from '../../model/lessons/script.ts';
import { words } from '../../model/words/learn.ts';
import { colours, shared, StoreElement } from '../base.ts';
import * as icons from '../icons.ts';

export class BlockElement extends StoreElement {
  static override properties = { ...StoreElement.properties, script: { attribute: false }, label: {} };

  static override styles = [
    shared,
    colours,
    css`
      :host { display: block; margin: 0 0 14px; }
      .block { border: 1px solid var(--line); border-radius: 10px; background: var(--bg); overflow: hidden; }
      .lines { padding: 9px 0 10px; font: 12.5px/1.6 var(--mono); }
      .line { display: grid; grid-template-columns: minmax(52px, max-content) minmax(0, 1fr); gap: 10px; padding: 0 12px; border-left: 2px solid transparent; white-space: pre-wrap; overflow-wrap: anywhere; }
      .who { color: var(--k, var(--muted)); text-align: right; user-select: none; }
      .sent { color: var(--text); }
      .sent + .received, .received + .received { margin-top: 0; }
      .received, .wait, .comment { color: var(--muted); }
      .wait, .comment { font-family: var(--sans); font-size: 12px; line-height: 1.7; }
      .at { border-left-color: var(--accent); background: color-mix(in srgb, var(--accent) 8%, transparent); }
      .tools { display: flex; align-items: center; gap: 6px; padding: 7px 8px 7px 12px; border-top: 1px solid var(--line-soft); background: var(--panel); }
      .say { flex: 1; min-width: 0; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
      .run { color: var(--accent); border-color: color-mix(in srgb, var(--accent) 45%, var(--line)); }
      .run:hover { background: var(--accent-soft); border-color: var(--accent); }
      .btn svg { width: 13px; height: 13px; }
      @media (pointer: coarse) { .btn.small { height: 34px; padding: 0 13px; } }
    `,
  ];

  declare script: Script;
  /** What a screen reader calls it. */
  declare label: string;
  #player: Player | undefined;
  readonly #moved = (): void => this.requestUpdate();

  override disconnectedCallback(): void {
    this.#player?.stop();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('script')) return;
    const before = changed.get('script') as Script | undefined;
    // In another language it goes on.
    if (before !== undefined && alike(before, this.script)) return;
    this.#player?.stop();
    this.#player = new Player(this.store, this.script);
    this.#player.addEventListener('change', this.#moved);
  }

  protected override render(): TemplateResult {
    const say = words();
    const { at = 0, running = false } = this.#player ?? {};
    const of = this.script.steps.length;
    const ready = this.store.ready && this.store.crash === null;
    const state = running || (at > 0 && at < of) ? say.runs(at, of) : at >= of ? say.ran : '';
    return html`<div class="block" role="group" aria-label=${this.label}>
      <div class="lines" lang="en">${this.script.shown.map((line) => this.#line(line, running ? at - 1 : -1))}</div>
      <div class="tools">
        <span class="say" role="status">${state}</span>
        ${of > 1 ? html`<button class="btn small" title=${say.stepHint} ?disabled=${!ready || running} @click=${() => this.#player?.step()}>${icons.step} ${say.step}</button>` : nothing}
        ${running
          ? html`<button class="btn small" @click=${() => this.#player?.stop()}>${icons.halt} ${say.stop}</button>`
          : html`<button class="btn small run" ?disabled=${!ready} @click=${() => this.#player?.run()}>${icons.play} ${at >= of ? say.again : say.run}</button>`}
      </div>
    </div>`;
  }

  #line(line: Shown, at: number): TemplateResult {
    if (line.kind === 'comment') return html`<div class="line comment"><span></span><span>${line.text}</span></div>`;
    if (line.kind === 'wait') return html`<div class="line wait ${line.step === at ? 'at' : ''}"><span></span><span>${words().time(line.ms)}</span></div>`;
    const client = this.store.session.named(line.client);
    const named = line.kind === 'sent' ? !line.again : !line.own && !line.again;
    const here = line.kind === 'sent' && line.step === at ? 'at' : '';
    return html`<div class="line ${line.kind} ${here}"><span class="who ${client === undefined ? '' : `k${client.colour}`}">${named ? line.client : ''}</span><span>${line.text}</span></div>`;
  }
}

customElements.define('rl-block', BlockElement);
