// The history of the chosen key, newest first: who touched it with what, and the way to the instant after that.

import { css, html, nothing, type TemplateResult } from 'lit';
import { join } from '../model/args.ts';
import { text, type ByteString } from '../model/bytes.ts';
import type { Touch } from '../model/keyhistory.ts';
import { happened } from '../model/recording.ts';
import { count, duration } from '../model/units.ts';
import { words } from '../model/words/values.ts';
import { colours, shared } from './base.ts';
import { CalmElement } from './calm.ts';
import * as icons from './icons.ts';
import { colourOf } from './lanes-view.ts';
import { mark } from './mark.ts';

/** Touches may come many times a second, journeys are to be seen at once. */
const PAUSE_MS = 100;

export class KeyHistoryElement extends CalmElement {

  static override styles = [
    shared,
    colours,
    css`
      :host { display: flex; flex-direction: column; overflow: hidden; }
      .head { flex: none; display: flex; align-items: center; gap: 8px; min-height: 34px; padding: 4px 12px 4px 16px; }
      h4 { flex: 1; margin: 0; font-size: 12px; font-weight: 600; color: var(--muted); }
      h4 span { font-weight: 400; font-variant-numeric: tabular-nums; }
      ol { flex: 0 1 auto; min-height: 0; overflow: auto; margin: 0; padding: 0 12px 8px 16px; list-style: none; font-size: 12px; }
      ol:focus-visible { outline-offset: -2px; }
      li { display: grid; grid-template-columns: minmax(0, 1fr) auto 30px; align-items: center; gap: 0 8px; min-height: 30px; border-top: 1px solid var(--line-soft); }
      .what { display: flex; align-items: center; gap: 7px; min-width: 0; white-space: nowrap; }
      .who { flex: none; display: inline-flex; align-items: center; color: var(--k, var(--muted)); font-weight: 600; }
      .what code { flex: 0 1 auto; min-width: 0; font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; }
      .events { flex: none; padding: 1px 6px; border-radius: 5px; background: var(--raised); font: 10.5px var(--mono); color: var(--muted); }
      time { color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
      li .btn { width: 30px; height: 24px; padding: 0; color: var(--muted); }
      li .btn:hover { color: var(--text); }
      li.later .what, li.later time { color: var(--faint); }
      li.later .who, li.later .mark { color: var(--faint); }
      li.later code { text-decoration: line-through; text-decoration-color: var(--line); }
      li[aria-current] { box-shadow: inset 3px 0 0 var(--accent); margin-left: -16px; padding-left: 16px; }
      li[aria-current] .btn { border-color: var(--accent); color: var(--accent); }
      p { margin: 0; padding: 2px 16px 10px; font-size: 11.5px; color: var(--muted); }
      @media (pointer: coarse) { li { min-height: 40px; grid-template-columns: minmax(0, 1fr) auto 40px; } li .btn { width: 40px; height: 34px; } }
    `,
  ];

  #key: ByteString = '';

  get key(): ByteString {
    return this.#key;
  }

  /** Another key's history is there at once. */
  set key(key: ByteString) {
    if (key === this.#key) return;
    this.#key = key;
    this.now();
  }

  protected override pauseMs(): number {
    return PAUSE_MS;
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const { keyHistory: history } = store.session;
    const trail = history.of(store.wanted.db, this.key);
    const touches = trail?.touches ?? [];
    const now = store.past === null ? -1 : touches.findLastIndex((touch) => happened(touch, store.past as Touch));
    return html`
      <div class="head">
        <h4>${words().history} <span>${touches.length === 0 ? '' : count(touches.length + (trail?.cut ?? 0))}</span></h4>
        ${store.past === null ? nothing : html`<button class="btn small" @click=${() => this.#go(null)}>${words().toNow}</button>`}
      </div>
      ${touches.length === 0 ? html`<p>${words().noHistory}</p>` : html`<ol tabindex="0" aria-label=${words().historyOf(text(this.key))}>
        ${touches.map((touch, i) => this.#touch(touch, i === now)).reverse()}
      </ol>`}
      ${(trail?.cut ?? 0) > 0 ? html`<p>${words().cut((trail as { cut: number }).cut)}</p>` : nothing}
      ${history.incomplete ? html`<p>${words().incomplete}</p>` : nothing}
    `;
  }

  #touch(touch: Touch, current: boolean): TemplateResult {
    const { store } = this;
    const later = store.past !== null && !happened(touch, store.past);
    const { client } = touch;
    const command = text(join(touch.argv));
    const time = duration(touch.at - store.epoch);
    const label = words().lookThenAt(command === '' ? touch.events.map(text).join(' ') : command, time);
    return html`<li class=${later ? 'later' : ''} aria-current=${current ? 'true' : nothing}>
      <span class="what" title=${command}>
        <span class="who ${client === null ? '' : `k${colourOf(store, client)}`}">${client === null ? words().timer : html`${mark(colourOf(store, client))}${store.session.nameOf(client)}`}</span>
        ${command === '' ? nothing : html`<code>${command}</code>`}<span class="events">${touch.events.map(text).join(' ')}</span>
      </span>
      <time>${time}</time>
      <button class="btn" aria-label=${label} title=${words().lookThen} @click=${() => this.#go(touch)}>${icons.then}</button>
    </li>`;
  }

  #go(touch: Touch | null): void {
    this.store.travel(touch === null ? null : { turns: touch.turns, at: touch.at });
    this.now();
  }
}

customElements.define('rl-key-history', KeyHistoryElement);
