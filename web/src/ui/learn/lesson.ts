// An open lesson: its text and blocks, its exercises with the state of their goals, and the way on.

import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { GoalWatch } from '../../app/goals.ts';
import { Player } from '../../app/player.ts';
import type { Store } from '../../app/store.ts';
import type { Exercise, Lesson, Part } from '../../model/lessons/lesson.ts';
import { bare } from '../../model/lessons/markdown.ts';
import { alike } from '../../model/lessons/script.ts';
import { words } from '../../model/words/learn.ts';
import { shared } from '../base.ts';
import './block.ts';
import './exercise.ts';
import { proseStyles, proseView, runsView } from './prose.ts';

/** Where one reads: a part, and how much of it is above, from 0 to 1. */
export interface Place {
  part: number;
  beyond: number;
}

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
    const before = changed.get('lesson') as Lesson | undefined;
    if (!changed.has('lesson') || (before !== undefined && translates(before, this.lesson))) return;
    this.states = [];
    this.said = '';
    this.#preparing?.stop();
    this.#watchGoals();
  }

  protected override render(): TemplateResult {
    return html`${this.lesson.parts.map((part) => this.#part(part))}<p class="sr" role="status">${this.said}</p>`;
  }

  /** What is at the upper edge of a box, at `top` on screen: the number of the part, and how far it is beyond. */
  placeAt(top: number): Place {
    const parts = this.#parts();
    const at = parts.findIndex((part) => part.getBoundingClientRect().bottom > top);
    const box = parts[at]?.getBoundingClientRect();
    return box === undefined ? { part: 0, beyond: 0 } : { part: at, beyond: Math.max(0, (top - box.top) / box.height) };
  }

  /** How far down a place is from `top` on screen, in pixels. */
  distance({ part, beyond }: Place, top: number): number {
    const box = this.#parts()[part]?.getBoundingClientRect();
    return box === undefined ? 0 : box.top + beyond * box.height - top;
  }

  #parts(): Element[] {
    return [...this.renderRoot.children].filter((part) => part.localName !== 'style' && !part.matches('.sr'));
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

/** Whether it is the same lesson in another language. */
function translates(one: Lesson, other: Lesson): boolean {
  return one.exercises.length === other.exercises.length && one.exercises.every(({ solution }, i) => alike(solution, (other.exercises[i] as Exercise).solution));
}

customElements.define('rl-lesson', LessonElement);
