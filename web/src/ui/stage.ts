// The bar above the page while a scene plays: its caption, how far it is, and what to do with it.

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Stage } from '../app/stage.ts';
import { words } from '../model/words/scenes.ts';
import { shared, vars } from './base.ts';
import * as icons from './icons.ts';

export class StageElement extends LitElement {
  static override properties = { stage: { attribute: false } };

  static override styles = [
    shared,
    css`
      :host { display: block; }
      section { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 4px 20px; padding: 10px 18px 12px; border-bottom: 1px solid var(--line); background: var(--panel); position: relative; }
      h2 { grid-column: 1; }
      h2 small { font: inherit; letter-spacing: 0; text-transform: none; color: var(--faint); margin-left: 8px; font-variant-numeric: tabular-nums; }
      p { grid-column: 1; margin: 0; min-height: 44px; display: flex; align-items: center; font-size: 15px; line-height: 1.45; text-wrap: pretty; }
      .tools { grid-column: 2; grid-row: 1 / 3; display: flex; gap: 6px; }
      .bar { position: absolute; left: 0; right: 0; bottom: -1px; height: 2px; background: var(--accent); transform-origin: left; transform: scaleX(var(--part)); transition: transform var(--calm); }
      @container page (max-width: 700px) {
        section { grid-template-columns: minmax(0, 1fr); padding: 10px 14px 12px; }
        .tools { grid-column: 1; grid-row: auto; flex-wrap: wrap; }
        p { font-size: 14px; min-height: 62px; }
      }
    `,
  ];

  declare stage: Stage | null;
  readonly #redraw = (): void => this.requestUpdate();

  constructor() {
    super();
    this.stage = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('stage')) return;
    changed.get('stage')?.removeEventListener('change', this.#redraw);
    this.stage?.addEventListener('change', this.#redraw);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { stage } = this;
    if (stage === null) return nothing;
    const scene = words().all[stage.scene.id];
    return html`<section aria-label=${words().playing(scene.title)}>
      <h2>${scene.title}<small>${words().progress(stage.at, stage.of)}</small></h2>
      <p role="status">${stage.over ? `${scene.takeaway} ${words().tryIt}` : stage.caption || scene.about}</p>
      <div class="tools">
        ${stage.over
          ? html`<button class="btn" @click=${() => stage.begin()}>${words().again}</button>`
          : html`<button class="btn primary" @click=${() => stage.next()}>${words().next}</button>
              <button class="btn" aria-pressed=${stage.auto ? 'false' : 'true'} @click=${() => stage.setAuto(!stage.auto)}>${stage.auto ? words().pause : words().go}</button>`}
        <button class="btn icon" aria-label=${words().leave} title=${words().leave} @click=${this.#leave}>${icons.cross}</button>
      </div>
      <div class="bar" ${vars({ part: stage.at / Math.max(1, stage.of) })}></div>
    </section>`;
  }

  #leave(): void {
    this.stage?.end();
    this.dispatchEvent(new CustomEvent('leave', { bubbles: true, composed: true }));
  }
}

customElements.define('rl-stage', StageElement);
