// The top bar: name, scene menu, transport (play, pause, step, speed), theme.

import { css, html, nothing, type TemplateResult } from 'lit';
import { SPEEDS, speedLabel } from '../model/units.ts';
import type { StepSize } from '../model/session.ts';
import { words as page } from '../model/words/page.ts';
import { words as entryWords } from '../model/words/entry.ts';
import { words } from '../model/words/time.ts';
import { shared, StoreElement } from './base.ts';
import './clock.ts';
import * as icons from './icons.ts';
import { toggleTheme } from './theme.ts';

const STEPS: readonly StepSize[] = ['command', 'task', 'turn'];

export class HeaderElement extends StoreElement {
  static override properties = { ...StoreElement.properties, embedded: { type: Boolean }, size: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: block; }
      header {
        display: grid; grid-template-columns: minmax(max-content, 1fr) auto minmax(max-content, 1fr); align-items: center; gap: 16px; height: 56px; padding: 0 16px;
        background: var(--panel); border-bottom: 1px solid var(--line);
      }
      .left, .right { display: flex; align-items: center; gap: 10px; min-width: 0; }
      .right { justify-content: flex-end; }
      .left > *, .right > * { flex: none; }
      /* Their room, until they come with what draws. */
      @container page (min-width: 1020.02px) { rl-language { min-width: 36px; } }
      @container page (min-width: 1020.02px) { @media (pointer: fine) { rl-keyboard { min-width: 32px; } } }
      h1 { margin: 0; font-size: 17px; font-weight: 700; letter-spacing: -0.01em; display: flex; align-items: center; gap: 8px; }
      h1 i { color: var(--accent); font-style: normal; }
      .transport { display: flex; align-items: center; gap: 6px; }
      .play { min-width: 92px; }
      .split { display: flex; }
      .split .btn:first-child { border-radius: 8px 0 0 8px; }
      .split .btn:last-child { border-radius: 0 8px 8px 0; border-left: 0; width: 26px; padding: 0; }
      .speed { display: flex; align-items: center; gap: 10px; margin-left: 10px; font-size: 12px; color: var(--muted); }
      .speed .now { min-width: 96px; font-variant-numeric: tabular-nums; white-space: nowrap; }
      input[type='range'] { width: 120px; accent-color: var(--accent); margin: 0; height: 24px; }
      [popover] {
        position: fixed; inset: auto; margin: 6px 0 0; padding: 6px; border: 1px solid var(--line); border-radius: 12px; color: var(--text);
        background: var(--panel); box-shadow: 0 12px 40px #0005; width: max-content; max-width: min(380px, calc(100vw - 24px));
        position-area: bottom span-right;
      }
      #steps, #breakpoints { position-area: bottom span-left; }
      .armed { color: var(--accent); }
      #steps button, #scenes button { display: block; width: 100%; text-align: left; padding: 9px 12px; border-radius: 8px; }
      #steps button:hover, #steps button:focus-visible, #scenes button:hover, #scenes button:focus-visible { background: var(--raised); }
      #steps b, #scenes b { display: block; font-weight: 600; font-size: 13.5px; }
      #steps span, #scenes span { color: var(--muted); font-size: 12.5px; }
      @container page (max-width: 380px) { .share { width: 32px; padding: 0; gap: 0; font-size: 0; } }
      @container page (max-width: 1200px) { .speed input { width: 88px; } .speed .now { min-width: 0; } }
      @container page (max-width: 1020px) {
        header { display: flex; height: 52px; padding: 0 12px; gap: 8px; }
        .left { flex: 1; }
        .left, .right { gap: 8px; }
        .transport {
          position: fixed; z-index: 5; left: 0; right: 0; bottom: 0; padding: 9px 12px calc(9px + env(safe-area-inset-bottom));
          background: var(--panel); border-top: 1px solid var(--line); box-shadow: 0 -8px 24px #0000001f;
        }
        .transport .btn { height: 38px; }
        .speed { flex: 1; min-width: 0; margin-left: 4px; flex-direction: column-reverse; align-items: stretch; gap: 0; }
        .speed input { width: 100%; }
        .speed .now { font-size: 11px; text-align: center; }
        #steps, #breakpoints { position-area: top span-right; margin: 0 0 6px; }
      }
      @container page (max-width: 400px) {
        h1 span { display: none; }
        .play { min-width: 44px; }
        .right > .btn { padding: 0 8px; }
        .transport .btn span, .right > .btn span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      }
      /* Little height, as when zoomed in much or on a phone on its side: the page gets it. */
      @media (max-height: 480px) {
        header { height: 42px; }
        .transport { padding-block: 4px; }
        .transport .btn { height: 32px; }
      }
    `,
  ];

  /** Within somebody else's page, whose banner it is not. */
  declare embedded: boolean;
  declare size: StepSize;

  constructor() {
    super();
    this.half = 1;
    this.embedded = false;
    this.size = 'command';
  }

  protected override render(): TemplateResult {
    const { store } = this;
    const [name] = words().steps[this.size];
    return html`<header role=${this.embedded ? 'group' : nothing} aria-label=${this.embedded ? page().title : nothing}>
      <div class="left">
        <h1 aria-label=${page().title}><svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true"><path d="M25 16a9 9 0 1 1-2.9-6.6" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" /><circle cx="25.5" cy="8" r="4" fill="var(--accent)" /></svg><span>red<i>loop</i></span></h1>
        <button class="btn" popovertarget="scenes">${page().scenes} ${icons.down}</button>
        <div id="scenes" popover aria-label=${page().scenes}>
          <rl-scenes .store=${store} @scene=${this.#chosen}></rl-scenes>
        </div>
      </div>
      <div class="transport" role="group" aria-label=${page().transport}>
        <button class="btn icon" @click=${() => store.stepBack(this.size)} ?disabled=${!store.ready || (store.past ?? store.recording()).turns === 0} aria-keyshortcuts="F9"
          aria-label=${words().back} title=${words().backHint(name)}>${icons.back}</button>
        <button class="btn primary play" @click=${() => store.play(!store.playing)} aria-keyshortcuts="F8" ?disabled=${!store.ready}>
          ${store.playing ? html`${icons.pause} <span>${words().pause}</span>` : html`${icons.play} <span>${words().play}</span>`}
        </button>
        <span class="split">
          <button class="btn" @click=${() => store.step(this.size)} ?disabled=${!store.ready} aria-keyshortcuts="F10" title=${words().stepHint(name)}>${icons.step} <span>${words().step}</span></button>
          <button class="btn" popovertarget="steps" aria-label=${words().stepBy(name)}>${icons.down}</button>
        </span>
        <div id="steps" popover aria-label=${words().stepBy(name)}>
          ${STEPS.map((size) => html`<button aria-pressed=${size === this.size ? 'true' : 'false'} @click=${() => this.#steps(size)}><b>${words().steps[size][0]}${size === this.size ? ' ✓' : ''}</b><span>${words().steps[size][1]}</span></button>`)}
        </div>
        <button class="btn icon ${store.breakpoints.length > 0 ? 'armed' : ''}" popovertarget="breakpoints" aria-label=${words().breakpoints} title=${words().breakpoints}>${icons.stop}</button>
        <div id="breakpoints" popover aria-label=${words().breakpoints}><rl-breakpoints .store=${store}></rl-breakpoints></div>
        <label class="speed">
          <span class="sr">${page().speed}</span>
          <input type="range" min="0" max=${SPEEDS.length - 1} step="1" .value=${String(store.speedStep)} aria-valuetext=${speedLabel(store.speedStep)}
            title=${page().speedHint}
            @input=${(event: Event) => store.setSpeed(Number((event.target as HTMLInputElement).value))} />
          <span class="now" aria-hidden="true">${speedLabel(store.speedStep)}</span>
        </label>
      </div>
      <div class="right">
        <rl-clock .store=${store}></rl-clock>
        <rl-keyboard .store=${store}></rl-keyboard>
        <rl-language .store=${store}></rl-language>
        <button class="btn icon" aria-label=${page().theme} title=${page().themeHint} @click=${this.#theme}>${icons.theme}</button>
        <button class="btn share" @click=${() => this.dispatchEvent(new CustomEvent('share', { bubbles: true, composed: true }))}>${icons.share} <span>${entryWords().share}</span></button>
      </div>
    </header>`;
  }

  /** Whoever embeds the page has a theme of its own. */
  #theme(): void {
    if (this.dispatchEvent(new CustomEvent('theme', { bubbles: true, composed: true, cancelable: true }))) toggleTheme();
  }

  #chosen(): void {
    this.renderRoot.querySelector<HTMLElement>('#scenes')?.hidePopover();
  }

  #steps(size: StepSize): void {
    this.size = size;
    this.renderRoot.querySelector<HTMLElement>('#steps')?.hidePopover();
    this.store.step(size);
  }
}

customElements.define('rl-header', HeaderElement);
