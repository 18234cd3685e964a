// The page: top bar, clients, the loop with its lanes and the sentence below, and the side panel. When the engine has
// crashed, a banner says so and offers the restart. What is not needed for a first command comes with `rest.ts`.

import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { begin } from '../app/share/begin.ts';
import type { Sharing } from '../app/share/sharing.ts';
import type { Stage } from '../app/stage.ts';
import { Store } from '../app/store.ts';
import { isScene, sceneFromHash, type SceneId } from '../model/scenes.ts';
import { CLIENTS_MAX } from '../model/session.ts';
import { watchSoon } from '../model/watch.ts';
import { words as page } from '../model/words/page.ts';
import { colours, shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';
import './client.ts';
import { Panes, paneStyles } from './panes.ts';

watchSoon();

const TABS = ['keys', 'learn', 'transcript', 'command'] as const;

export class AppElement extends StoreElement {
  static override properties = { ...StoreElement.properties, embedded: { type: Boolean }, tab: { state: true }, stage: { state: true }, sharing: { state: true } };

  static override styles = [
    shared,
    colours,
    paneStyles,
    css`
      /* What is only for screen readers is out of the flow, and must not make the page around scroll. */
      :host { position: relative; overflow: clip; display: grid; grid-template-rows: auto auto minmax(0, 1fr); height: var(--page-height, 100dvh); container: page / inline-size; background: var(--bg); }
      .main { display: grid; grid-template-columns: minmax(300px, 27%) minmax(0, 1fr) minmax(290px, 22%); min-height: 0; grid-row: 3; }
      /* Its place, until it comes with what draws. */
      rl-header { min-height: 56px; background: var(--panel); }
      rl-header:not(:defined) { border-bottom: 1px solid var(--line); }
      .clients { display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--line); }
      .bar { display: flex; justify-content: space-between; align-items: center; padding: 10px 12px 8px 16px; }
      .cards { flex: 1; min-height: 0; overflow: auto; display: flex; flex-direction: column; gap: 10px; padding: 2px 12px calc(16px + var(--redloop-keyboard, 0px)); }
      .main.learning { grid-template-columns: minmax(290px, 25%) minmax(0, 1fr) minmax(380px, 31%); }
      .centre { display: flex; flex-direction: column; min-height: 0; overflow: auto; }
      .centre rl-lanes { flex: 1 0 auto; }
      .side { display: flex; flex-direction: column; min-height: 0; border-left: 1px solid var(--line); background: var(--panel); }
      [role='tablist'] { display: flex; gap: 4px; padding: 6px 12px 0; border-bottom: 1px solid var(--line); }
      [role='tab'] { padding: 8px 8px 9px; font-size: 13px; color: var(--muted); border-bottom: 2px solid transparent; margin-bottom: -1px; }
      [role='tab'][aria-selected='true'] { color: var(--text); border-color: var(--accent); font-weight: 600; }
      [role='tabpanel'] { flex: 1; min-height: 0; }
      @container page (max-width: 1340px) { [role='tablist'] { gap: 0; padding-inline: 8px; } [role='tab'] { padding-inline: 5px; } }
      /* The controls are at the foot of the page, where three columns still fit above them. */
      @container page (max-width: 1020px) { rl-header { min-height: 52px; } .main { padding-bottom: 57px; } }
      @media (max-height: 480px) { rl-header { min-height: 42px; } }
      @container page (max-width: 900px) {
        .main { display: flex; flex-direction: column; overflow: auto; padding-bottom: calc(76px + var(--redloop-keyboard, 0px)); scroll-padding: 12px 0 84px; }
        .centre { display: contents; }
        rl-loop { order: 1; }
        rl-explain { order: 2; padding-top: 4px; }
        .clients { order: 3; border: 0; flex: none; }
        .cards { overflow: visible; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); align-items: start; }
        rl-lanes { order: 4; flex: none; height: 380px; }
        rl-timeline { order: 1; }
        .side { order: 5; flex: none; height: clamp(460px, 66dvh, 560px); border: 0; border-top: 1px solid var(--line); }
        .learning .side { order: -1; height: 60dvh; min-height: 380px; border: 0; border-bottom: 1px solid var(--line); }
        .learning .clients { order: 0; }
      }
      /* The explanation stays at the top there. */
      @container page (max-width: 600px) { .main { scroll-padding-top: 130px; } }
    `,
  ];

  /** Within somebody else's page: the store is given, the focus stays where it is, and keys count only in here. */
  declare embedded: boolean;
  declare tab: (typeof TABS)[number];
  readonly #panes = new Panes(this);
  /** Links, files and kept sessions, once they are loaded. */
  declare sharing: Sharing | null;

  /** The scene that plays. */
  declare stage: Stage | null;
  #begun: Promise<void> | undefined;
  /** Whether the dialog was asked for, and so is loaded. */
  #dialog = false;

  readonly #sizes = new ResizeObserver(() => this.renderRoot.querySelectorAll('rl-client').forEach((card) => card.keepVisible()));

  constructor() {
    super();
    this.store = new Store();
    this.embedded = false;
    this.tab = 'keys';
    this.stage = null;
    this.sharing = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.replaceChildren();
    this.#keys().addEventListener('keydown', this.#key);
    this.addEventListener('scene', this.#scene);
    this.addEventListener('leave', this.#leave);
    this.addEventListener('compare', this.#compare);
    this.addEventListener('share', this.#share);
    if (this.embedded) return;
    this.#begun = begin(this.store, () => this.store.start(['alice', 'bob'])).then((sharing) => {
      this.sharing = sharing;
      return sharing.start();
    });
    window.addEventListener('hashchange', this.#address);
    this.#address();
  }

  override disconnectedCallback(): void {
    this.#keys().removeEventListener('keydown', this.#key);
    window.removeEventListener('hashchange', this.#address);
    this.removeEventListener('scene', this.#scene);
    this.removeEventListener('leave', this.#leave);
    this.removeEventListener('compare', this.#compare);
    this.removeEventListener('share', this.#share);
    super.disconnectedCallback();
  }

  override firstUpdated(): void {
    // The sentence comes when it has settled, and may push down what is below it.
    const explain = this.renderRoot.querySelector('rl-explain');
    if (explain !== null) this.#sizes.observe(explain);
    // To take the focus needs a layout, and the frame makes one anyway.
    if (!this.embedded && matchMedia('(pointer: fine)').matches) requestAnimationFrame(() => this.renderRoot.querySelector('rl-client')?.focus());
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const ids = [...store.session.clients.keys()];
    const learning = this.tab === 'learn' ? 'learning' : '';
    const parts = html`
        <section class="clients" aria-label=${page().clients}>
          <div class="bar"><h2>${page().clients}</h2><button class="btn small" ?disabled=${ids.length >= CLIENTS_MAX} @click=${this.#add}>${icons.plus} ${page().addClient}</button></div>
          <div class="cards">${repeat(ids.slice(0, CLIENTS_MAX), (id) => id, (id) => html`<rl-client .store=${store} .client=${id}></rl-client>`)}
            ${ids.length > CLIENTS_MAX ? html`<p class="muted">${page().withoutCards(ids.length - CLIENTS_MAX)}</p>` : nothing}</div>
        </section>
        <section class="centre" aria-label=${page().loop}>
          <rl-loop .store=${store}></rl-loop>
          <rl-lanes .store=${store}></rl-lanes>
          <rl-timeline .store=${store}></rl-timeline>
          <rl-explain .store=${store}></rl-explain>
        </section>
        <section class="side" aria-label=${page().details}>
          <div role="tablist" aria-label=${page().details} @keydown=${this.#tabKey}>
            ${TABS.map((id) => html`<button role="tab" id="tab-${id}" aria-controls="panel" aria-selected=${this.tab === id ? 'true' : 'false'}
              tabindex=${this.tab === id ? 0 : -1} @click=${() => (this.tab = id)}>${page().tabs[id]}</button>`)}
          </div>
          <div role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}">${this.#panel()}</div>
        </section>`;
    // Of somebody else's page it is not the main part.
    return html`
      ${this.#panes.links()}
      <rl-header .store=${store} ?embedded=${this.embedded}></rl-header>
      <div><rl-patience .store=${store}></rl-patience><rl-stage .stage=${this.stage}></rl-stage>${this.sharing === null ? nothing : html`<rl-sharing .store=${store} .sharing=${this.sharing}></rl-sharing>`}<rl-banner .store=${store}></rl-banner><rl-news></rl-news></div>
      ${this.embedded ? html`<div class="main ${learning}">${parts}</div>` : html`<main class="main ${learning}">${parts}</main>`}
      <rl-compare .store=${store}></rl-compare>
      ${this.#dialog ? html`<rl-share .store=${store} .sharing=${this.sharing}></rl-share>` : nothing}
    `;
  }

  #panel(): TemplateResult {
    const { store } = this;
    switch (this.tab) {
      case 'keys':
        return html`<rl-keys .store=${store}></rl-keys>`;
      case 'transcript':
        void import('./transcript.ts');
        return html`<rl-transcript .store=${store}></rl-transcript>`;
      case 'command':
        void import('./command.ts');
        return html`<rl-command .store=${store}></rl-command>`;
      case 'learn':
        void import('./learn.ts');
        return html`<rl-learn .store=${store}></rl-learn>`;
    }
  }

  async #add(): Promise<void> {
    const id = this.store.open();
    await this.updateComplete;
    const cards = [...this.renderRoot.querySelectorAll('rl-client')];
    const card = cards.find((each) => each.client === id);
    await card?.updateComplete;
    card?.scrollIntoView({ block: 'nearest' });
    card?.focus();
  }

  /** `#lesson=…` is opened by the course itself. */
  readonly #address = (): void => {
    if (location.hash.includes('lesson=')) this.tab = 'learn';
    const scene = sceneFromHash(location.hash);
    if (scene !== null) void this.#begun?.then(() => this.#perform(scene));
  };

  #keys(): EventTarget {
    return this.embedded ? this : window;
  }

  readonly #scene = (event: Event): void => {
    const id = (event as CustomEvent<string>).detail;
    if (isScene(id)) void this.#perform(id);
  };

  readonly #leave = (): void => {
    this.stage = null;
  };

  async #perform(id: SceneId): Promise<void> {
    this.stage?.end();
    const { perform } = await import('../app/scenes.ts');
    this.stage = await perform(this.store, id);
  }

  readonly #compare = async (): Promise<void> => {
    await import('./compare.ts');
    await this.renderRoot.querySelector('rl-compare')?.show();
  };

  readonly #share = async (): Promise<void> => {
    await Promise.all([import('./share.ts'), this.#begun]);
    this.#dialog = true;
    this.requestUpdate();
    await this.updateComplete;
    await this.renderRoot.querySelector('rl-share')?.show();
  };

  readonly #key = (event: Event): void => {
    const { key } = event as KeyboardEvent;
    if (key === 'F8') this.store.play(!this.store.playing);
    else if (key === 'F9') this.store.stepBack('command');
    else if (key === 'F10') this.store.step('command');
    else return;
    event.preventDefault();
  };

  #tabKey(event: KeyboardEvent): void {
    const at = TABS.indexOf(this.tab);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? TABS.length - 1 : (at + step + TABS.length) % TABS.length;
    if (next === at) return;
    event.preventDefault();
    this.tab = TABS[next] as (typeof TABS)[number];
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus());
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-client': import('./client.ts').ClientElement;
    'rl-compare': import('./compare.ts').CompareElement;
    'rl-app': AppElement;
  }
}

customElements.define('rl-app', AppElement);
