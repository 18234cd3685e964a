// The banner about sessions from elsewhere and from before: what was opened or refused, the last session on offer, who
// writes what this tab follows. And the sheet over the page while a file is held above it.

import { css, html, nothing, type TemplateResult } from 'lit';
import type { Sharing } from '../app/share/sharing.ts';
import { clientNames, commandCount } from '../model/share/admit.ts';
import { words } from '../model/words/share.ts';
import { language } from '../model/words/words.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';

/** Names that are listed; the rest are dots. */
const NAMES_MAX = 4;

export class SharingElement extends StoreElement {
  static override properties = { ...StoreElement.properties, sharing: { attribute: false }, over: { state: true } };

  static override styles = [
    shared,
    css`
      .banner {
        display: flex; flex-wrap: wrap; align-items: center; gap: 8px 10px; padding: 9px 18px; font-size: 13px;
        background: var(--raised); border-bottom: 1px solid var(--line);
      }
      .banner.refused { background: var(--accent-soft); border-color: var(--accent); }
      .banner > svg { flex: none; color: var(--accent); }
      p { flex: 1 1 300px; margin: 0; color: var(--muted); text-wrap: pretty; overflow-wrap: anywhere; }
      p b { color: var(--text); font-weight: 650; }
      .drop {
        position: fixed; inset: 0; z-index: 20; display: grid; place-items: center; background: color-mix(in srgb, var(--bg) 82%, transparent);
        pointer-events: none;
      }
      .drop div { padding: 34px 46px; border: 2px dashed var(--accent); border-radius: 16px; background: var(--panel); font-size: 16px; font-weight: 600; }
      @container page (max-width: 700px) { .banner { padding: 9px 14px; } }
    `,
  ];

  declare sharing: Sharing;
  /** A file is held over the page. */
  declare over: boolean;
  readonly #again = (): void => this.requestUpdate();

  constructor() {
    super();
    this.over = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.sharing.addEventListener('change', this.#again);
    for (const kind of ['dragover', 'dragleave', 'drop'] as const) window.addEventListener(kind, this.#drag);
  }

  override disconnectedCallback(): void {
    this.sharing.removeEventListener('change', this.#again);
    for (const kind of ['dragover', 'dragleave', 'drop'] as const) window.removeEventListener(kind, this.#drag);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    return html`${this.#banner()}${this.over ? html`<div class="drop"><div>${words().drop}</div></div>` : nothing}`;
  }

  #banner(): TemplateResult | typeof nothing {
    const { sharing } = this;
    const { banner } = sharing;
    switch (banner?.kind) {
      case undefined:
        return nothing;
      case 'refused': {
        const title = banner.what === 'link' ? words().refusedLink : banner.what === 'file' ? words().refusedFile(banner.name) : words().refusedSession;
        return html`<div class="banner refused" role="alert">${icons.warn}<p><b>${title}</b> ${words().refused[banner.reason](banner.detail)}</p>${this.#dismiss()}</div>`;
      }
      case 'opened': {
        const { recording, position } = banner.shared;
        const { past } = this.store;
        const facts = words().openedOf(namesOf(clientNames(recording)), sharing.commandsAt(past ?? position), commandCount(recording), banner.size);
        return this.#say(html`<b>${words().opened}</b> ${facts}`, html`
          <button class="btn small primary" ?disabled=${!this.store.ready} @click=${() => sharing.watch()}>${icons.play} ${past === null ? words().watchStart : words().watch}</button>
          <button class="btn small" ?disabled=${!this.store.ready} @click=${() => sharing.goOn()}>${words().goOn}</button>
          ${this.#dismiss()}`);
      }
      case 'imported':
        return this.#say(words().imported(banner.name), this.#dismiss());
      case 'offer': {
        const { kept, elsewhere } = banner;
        const facts = words().againOf(kept.name !== '' ? kept.name : namesOf(kept.names.map(([, name]) => name)), kept.commands, when(kept.changed));
        return this.#say(html`<b>${elsewhere ? words().openElsewhere : words().again}</b> ${facts}`, html`
          <button class="btn small primary" @click=${() => sharing.openKept(kept.id)}>${elsewhere ? words().followIt : words().resume}</button>
          <button class="btn small" @click=${() => sharing.dismiss()}>${words().noThanks}</button>`);
      }
      case 'following': {
        const { writerSince } = sharing.keeper;
        const who = writerSince === null ? words().followingUnknown : words().following(new Date(writerSince).toLocaleTimeString(language(), { timeStyle: 'short' }));
        return this.#say(html`<b>${who}</b> ${words().followingHelp}`, html`<button class="btn small" @click=${() => this.store.play(true)}>${words().part}</button>`);
      }
      case 'taken':
        return this.#say(words().taken, this.#dismiss());
      case 'noStorage':
        return this.#say(words().noStorage, this.#dismiss());
      case 'fullStorage':
        return this.#say(words().fullStorage, this.#dismiss());
    }
  }

  #say(what: TemplateResult | string, actions: TemplateResult): TemplateResult {
    return html`<div class="banner" role="status"><p>${what}</p>${actions}</div>`;
  }

  #dismiss(): TemplateResult {
    return html`<button class="btn small" @click=${() => this.sharing.dismiss()}>${words().dismiss}</button>`;
  }

  readonly #drag = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    this.over = event.type === 'dragover' || (event.type === 'dragleave' && event.relatedTarget !== null);
    const file = event.type === 'drop' ? event.dataTransfer.files[0] : undefined;
    if (file !== undefined) void this.sharing.openFile(file);
  };
}

/** `alice, bob, carol, dave …` */
export function namesOf(names: readonly string[]): string {
  return names.slice(0, NAMES_MAX).join(', ') + (names.length > NAMES_MAX ? ' …' : '');
}

/** A time of this browser's clock, in words. */
export function when(ms: number): string {
  return new Date(ms).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
}

customElements.define('rl-sharing', SharingElement);
