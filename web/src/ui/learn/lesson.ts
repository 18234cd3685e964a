// An open lesson: its text and blocks, its exercises with the state of their goals, and the way on.

import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { GoalWatch } from '../../app/goals.ts';
import { Player } from '../../app/player.ts';
import type { Store } from '../../app/store.ts';
import type { Exercise, Lesson, Part } from '../../model/lessons/lesson.ts';
import { bare } from '../../model/lessons/markdown.ts';
import { words } from '../../model/words/learn.ts';
import { shared } from '../base.ts';
import './block.ts';
import './exercise.ts';
import { proseStyles, proseView, runsView } from './prose.ts';

/** Dispatches `solved` with an exercise's number when its goals are all reached. */
export class LessonElement extends LitElement {
  static override properties = { store: { attribute: false }, lesson: { attribute: false }, solved: { attribute: false }, states: { state: true }, said: { state: true } };

  static override styles = [
    shared,
    proseStyles,
    css`
      :host { display: block; font-size: 14px; line-height: 1.6; text-wrap: pretty; }
      h3.section { margin: 20px 0 8px; font-size: 15.5px; font-weight: 650; }
      pre { margin: 0 0 14px; padding: 10px 12px; border: 1px solid var(--line-soft); border-radius: 10px; font: 12.5px/1.6 var(--mono); overflow-x: auto; }
    `,
  ];

  declare store: Store;
  declare lesson: Lesson;
  /** Exercises that were solved before. */
  declare solved: readonly number[];
  /** For every exercise, which of its goals are reached now. */
  declare states: readonly (readonly boolean[])[];
  /** For screen readers: what has just changed. */
  declare said: string;
  #watch: GoalWatch | undefined;
  #preparing: Player | undefined;

  constructor() {
    super();
    this.solved = [];
    this.states = [];
    this.said = '';
    this.addEventListener('prepare', (event) => this.#prepare((event as CustomEvent<Exercise>).detail));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#watchGoals();
  }

  override disconnectedCallback(): void {
    this.#watch?.end();
    this.#preparing?.stop();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('lesson')) return;
    this.states = [];
    this.said = '';
    this.#preparing?.stop();
    this.#watchGoals();
  }

  protected override render(): TemplateResult {
    return html`${this.lesson.parts.map((part) => this.#part(part))}<p class="sr" role="status">${this.said}</p>`;
  }

  #part(part: Part): TemplateResult {
    switch (part.kind) {
      case 'example':
        return html`<rl-block .store=${this.store} .script=${part.script} label=${words().example}></rl-block>`;
      case 'exercise':
        return html`<rl-exercise .store=${this.store} .exercise=${part} .reached=${this.states[part.number] ?? []} ?solved=${this.solved.includes(part.number)}></rl-exercise>`;
      case 'heading':
        return html`<h3 class="section">${runsView(part.runs)}</h3>`;
      case 'text':
        return html`<pre>${part.text}</pre>`;
      default:
        return proseView(part);
    }
  }

  #watchGoals(): void {
    this.#watch?.end();
    const { exercises } = this.lesson;
    this.#watch = new GoalWatch(this.store, exercises.map(({ goals }) => goals), (states) => this.#told(states));
  }

  #told(states: boolean[][]): void {
    const say = words();
    for (const { number, title } of this.lesson.exercises) {
      const now = states[number] ?? [];
      const before = this.states[number] ?? [];
      const count = now.filter(Boolean).length;
      const all = count === now.length;
      if (all && !this.solved.includes(number)) {
        this.said = say.solvedNow(bare(title));
        this.dispatchEvent(new CustomEvent('solved', { detail: number }));
      } else if (this.states.length > 0 && count > before.filter(Boolean).length) this.said = all ? say.solvedNow(bare(title)) : say.progressed(count, now.length);
    }
    if (JSON.stringify(states) !== JSON.stringify(this.states)) this.states = states;
  }

  #prepare({ given }: Exercise): void {
    if (given === null) return;
    this.#preparing?.stop();
    this.#preparing = new Player(this.store, given, 0);
    void this.#preparing.run();
  }
}

customElements.define('rl-lesson', LessonElement);
