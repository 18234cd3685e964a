// The menu of scenes: by group, each with a line on what it is about.

import { css, html, type TemplateResult } from 'lit';
import { SCENES, type SceneGroup } from '../model/scenes.ts';
import { words } from '../model/words/scenes.ts';
import { shared, StoreElement } from './base.ts';

export class ScenesElement extends StoreElement {
  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: 1fr 1fr; gap: 2px 10px; width: min(660px, calc(100vw - 44px)); max-height: min(640px, calc(100dvh - 90px)); overflow: auto; padding: 4px; }
      h2 { grid-column: 1 / -1; margin: 10px 10px 2px; font-size: 11.5px; letter-spacing: 0; text-transform: none; }
      button { display: block; width: 100%; text-align: left; padding: 8px 10px; border-radius: 8px; }
      button:hover, button:focus-visible { background: var(--raised); }
      b { display: block; font-weight: 600; font-size: 13.5px; }
      span { color: var(--muted); font-size: 12.5px; }
      @media (max-width: 620px) { :host { grid-template-columns: 1fr; } }
    `,
  ];

  protected override render(): TemplateResult {
    const { all, groups } = words();
    const names = [...new Set(SCENES.map(({ group }) => group))];
    return html`${names.map((group: SceneGroup) => html`<h2>${groups[group]}</h2>
      ${SCENES.filter((scene) => scene.group === group).map(({ id }) => html`<button @click=${() => this.dispatchEvent(new CustomEvent('scene', { detail: id, bubbles: true, composed: true }))}><b>${all[id].title}</b><span>${all[id].about}</span></button>`)}`)}`;
  }
}

customElements.define('rl-scenes', ScenesElement);
