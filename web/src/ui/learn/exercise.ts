// An exercise: its task, what is to be reached with a live tick for each, hints one by one, and a solution for whoever
// asks for it.

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Store } from '../../app/store.ts';
import type { Exercise } from '../../model/lessons/lesson.ts';
import { bare } from '../../model/lessons/markdown.ts';
import { alike } from '../../model/lessons/script.ts';
import { words } from '../../model/words/learn.ts';
import { shared } from '../base.ts';
import * as icons from '../icons.ts';
import './block.ts';
import { proseStyles, proseView, runsView } from './prose.ts';

export class ExerciseElement extends LitElement {
  static override properties = {
    store: { attribute: false },
    exercise: { attribute: false },
    reached: { attribute: false },
    solved: { type: Boolean },
    hints: { state: true },
    shown: { state: true },
  };

  static override styles = [
    shared,
    proseStyles,
    css`
      :host { display: block; margin: 22px 0 0; }
      article { border: 1px solid var(--line); border-radius: 12px; padding: 14px 14px 14px; transition: border-color var(--calm); }
      article.solved { border-color: var(--number); }
      header { display: flex; align-items: baseline; justify-content: space-between; gap: 10px; }
      .kicker { font-size: 11px; font-weight: 650; letter-spacing: 0.08em; text-transform: uppercase; color: var(--muted); }
      .badge { display: inline-flex; align-items: center; gap: 5px; font-size: 12px; font-weight: 600; color: var(--number); }
      .badge svg { width: 14px; height: 14px; }
      h3 { margin: 2px 0 8px; font-size: 15.5px; line-height: 1.3; font-weight: 650; text-wrap: balance; }
      h4 { margin: 0 0 6px; font-size: 12px; font-weight: 600; color: var(--muted); }
      .given { display: flex; align-items: center; gap: 12px; margin: 0 0 14px; font-size: 12.5px; color: var(--muted); }
      .given .btn { flex: none; }
      .goals { margin: 0 0 12px; padding: 11px 12px; border-radius: 9px; background: var(--raised); }
      .goals ul { margin: 0; padding: 0; list-style: none; }
      .goals li { display: grid; grid-template-columns: 18px minmax(0, 1fr); gap: 0 9px; margin: 0; padding: 3px 0; }
      .goals code { background: var(--panel); }
      .tick { width: 18px; height: 18px; margin-top: 1px; border-radius: 50%; border: 1.5px solid var(--faint); display: grid; place-items: center; color: transparent; transition: background var(--calm), border-color var(--calm), color var(--calm); }
      .tick svg { width: 12px; height: 12px; }
      .reached .tick { background: var(--number); border-color: var(--number); color: var(--panel); }
      .by { grid-column: 2; font: 11.5px/1.5 var(--mono); color: var(--muted); overflow-wrap: anywhere; }
      .hint { margin: 0 0 8px; padding: 8px 12px; border-left: 3px solid var(--k1); border-radius: 0 8px 8px 0; background: color-mix(in srgb, var(--k1) 9%, transparent); }
      .hint b { display: block; font-size: 11.5px; font-weight: 600; color: var(--k1); }
      .more { display: flex; flex-wrap: wrap; gap: 8px; }
      .solution { margin-top: 12px; }
      .solution rl-block { margin: 0; }
      @media (pointer: coarse) { .btn.small { height: 34px; } }
    `,
  ];

  declare store: Store;
  declare exercise: Exercise;
  /** Which goals the engine's state reaches now. */
  declare reached: readonly boolean[];
  /** Whether it was solved, now or ever before. */
  declare solved: boolean;
  /** Hints that are shown. */
  declare hints: number;
  /** Whether the solution is shown. */
  declare shown: boolean;

  constructor() {
    super();
    this.reached = [];
    this.solved = false;
    this.hints = 0;
    this.shown = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = changed.get('exercise') as Exercise | undefined;
    if (!changed.has('exercise') || (before !== undefined && alike(before.solution, this.exercise.solution))) return;
    this.hints = 0;
    this.shown = false;
  }

  protected override render(): TemplateResult {
    const say = words();
    const { exercise, hints } = this;
    const title = bare(exercise.title);
    const all = exercise.hints.length;
    return html`<article class=${this.solved ? 'solved' : ''} aria-label="${say.exercise(exercise.number + 1)}: ${title}">
      <header><span class="kicker">${say.exercise(exercise.number + 1)}</span>${this.solved ? html`<span class="badge">${icons.check} ${say.alreadySolved}</span>` : nothing}</header>
      <div><h3>${runsView(exercise.title)}</h3>${exercise.task.map(proseView)}</div>
      ${exercise.given === null ? nothing : this.#given()}
      <div class="goals">
        <h4 id="goal">${say.goal}</h4>
        <ul aria-labelledby="goal">${exercise.goals.map((goal, i) => this.#goal(goal, this.reached[i] === true))}</ul>
      </div>
      <div aria-live="polite">${exercise.hints.slice(0, hints).map((runs, i) => html`<div class="hint"><b>${say.hint(i + 1, all)}</b>${runsView(runs)}</div>`)}</div>
      <div class="more">
        ${hints < all ? html`<button class="btn small" @click=${() => this.hints++}>${say.showHint(hints + 1, all)}</button>` : nothing}
        <button class="btn small" aria-expanded=${this.shown ? 'true' : 'false'} @click=${() => (this.shown = !this.shown)}>${this.shown ? say.hideSolution : say.showSolution}</button>
      </div>
      ${this.shown ? html`<div class="solution"><rl-block .store=${this.store} .script=${exercise.solution} label=${say.solution}></rl-block></div>` : nothing}
    </article>`;
  }

  #given(): TemplateResult {
    const say = words();
    return html`<div class="given"><button class="btn small" @click=${this.#prepare}>${say.prepare}</button><span>${say.prepareHint}</span></div>`;
  }

  #goal({ label, probes }: Exercise['goals'][number], reached: boolean): TemplateResult {
    const say = words();
    return html`<li class=${reached ? 'reached' : ''}>
      <span class="tick" role="img" aria-label=${reached ? say.reached : say.missing}>${icons.check}</span>
      <span>${runsView(label)}</span>
      <span class="by"><span class="sr">${say.checkedBy} </span>${probes.map(({ line }) => line).join(' · ')}</span>
    </li>`;
  }

  #prepare(): void {
    this.dispatchEvent(new CustomEvent('prepare', { detail: this.exercise, bubbles: true, composed: true }));
  }
}

customElements.define('rl-exercise', ExerciseElement);
