// The comic strip: numbered panels instead of moving lanes. Each has a sentence and a small picture with the same
// patterns as the lanes: solid for whoever runs, hatched for whoever waits, a thin line for whoever is parked.

import { css, html, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { join } from '../model/args.ts';
import { text } from '../model/bytes.ts';
import type { Panel, Scene } from '../model/strip.ts';
import { duration } from '../model/units.ts';
import { words } from '../model/words/lanes.ts';
import { colours, shared } from './base.ts';
import { CalmElement } from './calm.ts';
import { colourOf } from './lanes-view.ts';

const PANELS_MAX = 60;
const NAMES_MAX = 3;
/** Lines of a panel's picture. */
const ROWS_MAX = 4;

export class LanesStripElement extends CalmElement {
  static override styles = [
    shared,
    colours,
    css`
      ol { height: 100%; margin: 0; padding: 2px; overflow: auto; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(158px, 100%), 1fr)); gap: 10px; align-content: start; list-style: none; }
      button { position: relative; display: flex; flex-direction: column; width: 100%; height: 100%; min-height: 118px; padding: 9px 11px 10px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); text-align: left; }
      button:hover { border-color: var(--faint); }
      li:last-child button { border-color: var(--accent); }
      .n { font-size: 11px; font-weight: 650; color: var(--faint); font-variant-numeric: tabular-nums; }
      svg { display: block; width: 100%; height: 44px; margin: 3px 0 7px; }
      p { margin: 0; font-size: 12.5px; line-height: 1.4; text-wrap: pretty; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
      small { margin-top: 2px; font-size: 11px; color: var(--muted); font-variant-numeric: tabular-nums; }
      .run { fill: var(--k); }
      .tint { fill: var(--k); fill-opacity: 0.16; }
      .hatch { fill: none; stroke: var(--k); stroke-opacity: 0.55; stroke-width: 2; }
      .dots { fill: none; stroke: var(--k); stroke-width: 2; stroke-dasharray: 0.01 5; stroke-linecap: round; }
      .thin { fill: var(--k); opacity: 0.6; }
      .arrow { fill: none; stroke: var(--k); stroke-width: 1.75; }
      .error { fill: none; stroke: var(--error); stroke-width: 2; }
      .none { height: 100%; display: grid; place-items: center; margin: 0; color: var(--faint); font-size: 13px; }
    `,
  ];

  #atEnd = true;

  protected override willUpdate(): void {
    const list = this.renderRoot.querySelector('ol');
    this.#atEnd = list === null || list.scrollTop + list.clientHeight > list.scrollHeight - 20;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const list = this.renderRoot.querySelector('ol');
    if (list !== null && this.#atEnd) list.scrollTop = list.scrollHeight;
  }

  protected override render(): TemplateResult {
    const panels = this.store.session.strip.until(this.store.now(), PANELS_MAX);
    if (panels.length === 0) return html`<p class="none">${words().strip.none}</p>`;
    return html`<ol tabindex="0" aria-label=${words().strip.label}>${repeat(panels, ({ n }) => n, (panel) => this.#panel(panel))}</ol>`;
  }

  #panel(panel: Panel): TemplateResult {
    return html`<li><button title=${words().look} @click=${() => this.store.travel({ turns: panel.turns, at: Math.max(panel.at, Math.floor(panel.at + panel.cost / 2)) })}>
      <span class="n">${panel.n}</span>
      <svg viewBox="0 0 160 44" preserveAspectRatio="xMinYMid meet" aria-hidden="true">${this.#drawing(panel)}</svg>
      <p>${this.#sentence(panel)}</p>
      ${panel.scene === 'runs' || panel.scene === 'wakes' ? html`<small>${words().strip.visits(panel.units, duration(panel.cost))}</small>` : nothing}
    </button></li>`;
  }

  #sentence(panel: Panel): string {
    const w = words().strip;
    const { session } = this.store;
    const nameOf = (id: number): string => session.nameOf(id);
    const names = this.#names(panel);
    const argv = text(join(panel.argv));
    const keys = panel.argv.map(text).join(', ');
    const many = panel.who.length;
    const said: Record<Scene, () => string> = {
      runs: () => (panel.commands > 1 ? w.runsMany(names, panel.commands) : w.runs(names, argv)),
      waits: () => w.waits(names, many, nameOf(panel.by ?? 0)),
      parked: () => w.parked(names, keys),
      wakes: () => (panel.by === null ? w.wakes(names, keys) : w.wakesBy(nameOf(panel.by), names, keys)),
      'gave-up': () => w.gaveUp(names),
      paused: () => w.paused(names, many),
      collected: () => w.collected(names, panel.commands),
      refused: () => w.refused(names, argv),
      answered: () => w.answered(names, many),
    };
    return said[panel.scene]();
  }

  #names({ who }: Panel): string {
    const w = words().strip;
    const names = who.slice(0, who.length > NAMES_MAX + 1 ? NAMES_MAX : NAMES_MAX + 1).map(({ client }) => this.store.session.nameOf(client));
    if (names.length < who.length) names.push(w.more(who.length - names.length));
    return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${w.and} ${names.at(-1)}`;
  }

  /** Whoever runs is on top; the others lie below. */
  #drawing(panel: Panel): SVGTemplateResult[] {
    const who = panel.who.slice(0, ROWS_MAX).map(({ client }) => colourOf(this.store, client));
    const by = panel.by === null ? [] : [colourOf(this.store, panel.by)];
    const all = panel.scene === 'waits' || panel.scene === 'wakes' ? [...by, ...who].slice(0, ROWS_MAX) : who;
    const pitch = Math.min(22, 44 / Math.max(1, all.length));
    const bar = Math.min(16, pitch - 3);
    const top = (44 - pitch * all.length) / 2;
    return all.map((colour, i) => {
      const y = top + i * pitch + (pitch - bar) / 2;
      const first = i === 0 && by.length > 0;
      return svg`<g class="k${colour}">${this.#mark(panel, y, bar, first)}</g>`;
    });
  }

  #mark(panel: Panel, y: number, bar: number, first: boolean): SVGTemplateResult {
    const box = (x: number, width: number, kind: string): SVGTemplateResult => svg`<rect class=${kind} x=${x} y=${y} width=${width} height=${bar} rx="3" />`;
    const stripes = (x: number, width: number, step: number, lean: number): string => Array.from({ length: Math.floor((width - lean) / step) }, (_, i) => `M${x + 2 + i * step} ${y + bar}l${lean} ${-bar}`).join('');
    switch (panel.scene) {
      case 'waits':
        return first ? box(8, 132, 'run') : svg`${box(44, 96, 'tint')}<path class="hatch" d=${stripes(44, 96, 7, 8)} />`;
      case 'wakes':
        return first ? svg`${box(30, 44, 'run')}<path class="arrow" d="M76 ${y + bar / 2}c10 0 10 ${bar} 12 ${bar + 4}" />` : svg`<rect class="thin" x="0" y=${y + bar / 2 - 2.5} width="80" height="5" rx="2.5" />${box(84, 44, 'run')}`;
      case 'parked':
        return svg`${box(8, 24, 'run')}<rect class="thin" x="34" y=${y + bar / 2 - 2.5} width="118" height="5" rx="2.5" />`;
      case 'gave-up':
        return svg`<rect class="thin" x="0" y=${y + bar / 2 - 2.5} width="104" height="5" rx="2.5" /><path class="arrow" d="M112 ${y + 2}l${bar - 4} ${bar - 4}M112 ${y + bar - 2}l${bar - 4} ${4 - bar}" />`;
      case 'paused':
        return svg`${box(20, 120, 'tint')}<path class="hatch" d=${stripes(20, 120, 9, 0)} />`;
      case 'collected':
        return svg`${Array.from({ length: Math.min(6, panel.commands) }, (_, i) => svg`<rect class="tint" x=${8 + i * 20} y=${y} width="16" height=${bar} rx="3" /><rect class="arrow" x=${8 + i * 20} y=${y} width="16" height=${bar} rx="3" />`)}`;
      case 'refused':
        return svg`${box(8, 60, 'tint')}${box(8, 60, 'error')}`;
      case 'answered':
        return svg`${box(8, 60, 'tint')}<path class="dots" d="M12 ${y + bar / 2}h52" /><path class="arrow" d="M76 ${y + bar / 2}h58m-7 -5l7 5l-7 5" />`;
      case 'runs':
        return panel.commands > 1
          ? svg`${Array.from({ length: Math.min(7, panel.commands) }, (_, i) => box(8 + i * 20, 17, 'run'))}`
          : box(8, Math.max(14, Math.min(140, 14 * Math.max(1, panel.cost) ** 0.25)), 'run');
    }
  }
}

customElements.define('rl-lanes-strip', LanesStripElement);
