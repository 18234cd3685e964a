// The course: the list of lessons with what is done, or one of them. Loaded when its tab is opened first.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { IDS, loadProgress, open, saveProgress, type Opened } from '../app/course.ts';
import type { Store } from '../app/store.ts';
import { asked, NONE, solve, solvedOf, type Progress } from '../model/lessons/progress.ts';
import { exercisesOf } from '../model/lessons/outline.ts';
import { words } from '../model/words/learn.ts';
import { language } from '../model/words/words.ts';
import { shared } from './base.ts';
import * as icons from './icons.ts';
import type { LessonElement } from './learn/lesson.ts';
import './learn/lesson.ts';
import { speech } from './spoken.ts';

export class LearnElement extends LitElement {
  static override properties = { store: { attribute: false }, progress: { state: true }, lesson: { state: true }, failed: { state: true }, sure: { state: true }, said: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; height: 100%; }
      .scroll { position: relative; flex: 1; min-height: 0; overflow: auto; padding: 16px 18px 28px; scroll-padding: 16px; }
      .scroll:focus-visible { outline-offset: -2px; }
      .column { max-width: 640px; margin: 0 auto; }
      nav { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 7px 10px 7px 8px; border-bottom: 1px solid var(--line-soft); }
      .back { border-color: transparent; padding-left: 4px; }
      h2:focus-visible { outline: none; }
      h2 { margin: 0 0 4px; font-size: 20px; line-height: 1.25; font-weight: 680; letter-spacing: -0.012em; text-transform: none; color: var(--text); text-wrap: balance; }
      h3 { margin: 22px 0 6px; font-size: 11px; font-weight: 650; letter-spacing: 0.08em; text-transform: uppercase; color: var(--muted); }
      .intro, .note { margin: 0 0 14px; color: var(--muted); font-size: 13.5px; line-height: 1.55; }
      .under { display: flex; align-items: center; gap: 8px; margin: 0 0 16px; font-size: 12.5px; color: var(--muted); }
      progress { appearance: none; display: block; width: 100%; height: 5px; margin: 0 0 6px; border: 0; border-radius: 3px; background: var(--line); overflow: hidden; }
      progress::-webkit-progress-bar { background: var(--line); }
      progress::-webkit-progress-value { background: var(--number); border-radius: 3px; }
      progress::-moz-progress-bar { background: var(--number); }
      ol { margin: 0; padding: 0; list-style: none; }
      li button {
        display: grid; grid-template-columns: 26px minmax(0, 1fr) auto; gap: 0 10px; align-items: center; width: 100%; padding: 8px 10px 8px 8px; text-align: left; border-radius: 9px;
        transition: background var(--quick);
      }
      li button:hover { background: var(--raised); }
      .no { grid-row: 1 / 3; width: 26px; height: 26px; border-radius: 50%; display: grid; place-items: center; font: 600 11.5px var(--mono); color: var(--muted); border: 1px solid var(--line); }
      .finished .no { color: var(--panel); background: var(--number); border-color: var(--number); }
      .no svg { width: 14px; height: 14px; }
      .title { font-size: 13.5px; font-weight: 600; }
      .about { grid-column: 2; font-size: 12.5px; color: var(--muted); }
      .count { grid-row: 1 / 3; grid-column: 3; font: 12px var(--mono); color: var(--muted); }
      .on { width: 100%; height: 38px; margin: 12px 0 0; overflow: hidden; text-overflow: ellipsis; }
      .foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 8px; margin-top: 24px; padding-top: 14px; border-top: 1px solid var(--line-soft); }
      .foot .btn { white-space: normal; height: auto; min-height: 34px; text-align: left; }
      .reset { margin-top: 26px; font-size: 12.5px; color: var(--muted); }
      .reset p { margin: 0 0 8px; }
      .link { text-decoration: underline; text-underline-offset: 2px; min-height: 24px; color: var(--muted); }
      .link:hover { color: var(--text); }
      @media (pointer: coarse) { .btn.small { height: 34px; } .link { min-height: 34px; } }
    `,
  ];

  declare store: Store;
  declare progress: Progress;
  declare lesson: Opened | null;
  /** Why the lesson could not be loaded. */
  declare failed: string;
  /** Whether forgetting was asked for, and is to be confirmed. */
  declare sure: boolean;
  declare said: string;
  /** The language that the open lesson was asked for in. */
  #spoken = language();
  readonly #respoken = (): void => this.requestUpdate();
  readonly #addressed = (): void => {
    const id = asked(location.hash, IDS);
    if (id !== null && id !== this.progress.last) void this.#open(id);
  };

  constructor() {
    super();
    this.progress = NONE;
    this.lesson = null;
    this.failed = '';
    this.sure = false;
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.progress = loadProgress();
    const id = asked(location.hash, IDS) ?? this.progress.last;
    if (id !== null && IDS.includes(id)) void this.#open(id, false);
    else this.#keep({ ...this.progress, last: null });
    window.addEventListener('hashchange', this.#addressed);
    speech.addEventListener('change', this.#respoken);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#addressed);
    speech.removeEventListener('change', this.#respoken);
    super.disconnectedCallback();
  }

  /** In another language it is another file. */
  protected override willUpdate(): void {
    const { last } = this.progress;
    if (this.lesson !== null && last !== null && this.#spoken !== language()) void this.#translate(last, this.lesson);
  }

  /** On a phone the course moves to the top of the page when its tab is opened. */
  protected override firstUpdated(): void {
    this.closest('section')?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult {
    const { last } = this.progress;
    return html`${last === null ? this.#list() : this.#reader(last)}<p class="sr" role="status">${this.said}</p>`;
  }

  #list(): TemplateResult {
    const say = words();
    const lessons = say.outline.flatMap(([, all]) => all);
    const undone = lessons.filter(([id]) => !this.#isDone(id));
    const done = lessons.length - undone.length;
    const [next] = undone;
    const begun = Object.values(this.progress.solved).some((solved) => solved.length > 0);
    return html`<div class="scroll"><div class="column">
      <h2>${say.course}</h2>
      <p class="intro">${say.intro}</p>
      <progress max=${lessons.length} value=${done} aria-label=${say.doneOf(done, lessons.length)}></progress>
      <div class="under">${say.doneOf(done, lessons.length)}</div>
      ${next === undefined ? nothing : html`<button class="btn primary on" @click=${() => this.#open(next[0])}>${begun ? say.goOn(next[1]) : say.begin}</button>`}
      ${say.outline.map(([group, all]) => html`<h3>${group}</h3><ol>${all.map(([id, title, about]) => this.#row(id, title, about))}</ol>`)}
      <div class="reset">${this.#reset(begun)}</div>
    </div></div>`;
  }

  #row(id: string, title: string, about: string): TemplateResult {
    const say = words();
    const done = this.#isDone(id);
    const solved = solvedOf(this.progress, id).length;
    const total = exercisesOf(id);
    return html`<li class=${done ? 'finished' : ''}>
      <button @click=${() => this.#open(id)}>
        <span class="no" aria-hidden="true">${done ? icons.check : Number.parseInt(id, 10)}</span>
        <span class="title">${title}</span><span class="about">${about}</span>
        <span class="count" aria-hidden="true">${solved > 0 && !done ? `${solved}/${total}` : ''}</span>
        <span class="sr">${done ? say.done : say.solved(solved, total)}</span>
      </button>
    </li>`;
  }

  #reset(begun: boolean): TemplateResult | typeof nothing {
    const say = words();
    if (!begun) return nothing;
    if (!this.sure) return html`<button class="link" @click=${() => (this.sure = true)}>${say.reset}</button>`;
    return html`<p>${say.resetSure}</p>
      <button class="btn small" @click=${this.#forget}>${say.resetYes}</button> <button class="btn small" @click=${() => (this.sure = false)}>${say.resetNo}</button>`;
  }

  #reader(id: string): TemplateResult {
    const say = words();
    const lessons = say.outline.flatMap(([, all]) => all);
    const at = lessons.findIndex(([other]) => other === id);
    const [, title = ''] = lessons[at] ?? [];
    const next = lessons[at + 1];
    const before = lessons[at - 1];
    const solved = solvedOf(this.progress, id);
    return html`
      <nav aria-label=${say.course}>
        <button class="btn small back" @click=${this.#close}>${icons.left} ${say.all}</button>
        <button class="btn small" title=${say.freshHint} @click=${() => this.store.start(['alice', 'bob'])}>${say.fresh}</button>
      </nav>
      <div class="scroll" tabindex="0" role="region" aria-label=${title}><div class="column">
        <h2 tabindex="-1">${title}</h2>
        <p class="under">${say.number(at + 1, lessons.length)} · ${say.solved(solved.length, exercisesOf(id))}</p>
        ${this.lesson === null || this.lesson.wanted !== language() || this.lesson.language === language() ? nothing : html`<p class="note">${say.untranslated}</p>`}
        ${this.failed !== ''
          ? html`<p role="alert">${say.failed(this.failed)}</p>`
          : this.lesson === null
            ? html`<p class="note">${say.loading}</p>`
            : html`<rl-lesson lang=${this.lesson.language} .store=${this.store} .lesson=${this.lesson.lesson} .solved=${solved} @solved=${this.#solved}></rl-lesson>`}
        <div class="foot">
          ${before === undefined ? html`<span></span>` : html`<button class="btn" @click=${() => this.#open(before[0])}>${icons.left} ${say.previous}</button>`}
          ${next === undefined ? nothing : html`<button class="btn ${this.#isDone(id) ? 'primary' : ''}" @click=${() => this.#open(next[0])}>${say.next(next[1])} ${icons.right}</button>`}
        </div>
      </div></div>`;
  }

  #isDone(id: string): boolean {
    return solvedOf(this.progress, id).length >= exercisesOf(id);
  }

  /** Opens a lesson; `focus`: because somebody asked for it here, and not because the tab was opened. */
  async #open(id: string, focus = true): Promise<void> {
    this.lesson = null;
    this.#spoken = language();
    this.failed = '';
    this.said = '';
    this.sure = false;
    this.#keep({ ...this.progress, last: id });
    address(`#lesson=${id}`);
    try {
      const lesson = await open(id, language());
      if (this.progress.last === id) this.lesson = lesson;
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
    await this.updateComplete;
    if (!focus || this.progress.last !== id) return;
    this.renderRoot.querySelector('.scroll')?.scrollTo(0, 0);
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  /** The lesson in the language spoken now takes the place of the other: one reads on where one was. */
  async #translate(id: string, before: Opened): Promise<void> {
    this.#spoken = language();
    let lesson: Opened;
    try {
      lesson = await open(id, this.#spoken);
    } catch {
      // It stays as it is: better in another language than not at all.
      lesson = { ...before, wanted: this.#spoken };
    }
    if (this.lesson !== before || lesson.wanted !== language()) return;
    const scroll = this.renderRoot.querySelector('.scroll');
    const view = this.renderRoot.querySelector<LessonElement>('rl-lesson');
    const top = scroll?.getBoundingClientRect().top ?? 0;
    const place = scroll == null || scroll.scrollTop === 0 ? null : view?.placeAt(top);
    this.lesson = lesson;
    await this.updateComplete;
    await view?.updateComplete;
    await new Promise(requestAnimationFrame);
    if (place != null && scroll !== null) scroll.scrollTop += view?.distance(place, top) ?? 0;
  }

  async #close(): Promise<void> {
    this.lesson = null;
    this.#keep({ ...this.progress, last: null });
    address('');
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.on, li button')?.focus();
  }

  #solved(event: CustomEvent<number>): void {
    const { last } = this.progress;
    if (last !== null) this.#keep(solve(this.progress, last, event.detail));
  }

  #forget(): void {
    this.sure = false;
    this.#keep(NONE);
    this.said = words().wasReset;
  }

  #keep(progress: Progress): void {
    this.progress = progress;
    saveProgress(progress);
  }
}

/** Writes the open lesson into the address, unless something else stands there, a shared session say. */
function address(hash: string): void {
  if (/^(?:#lesson=.*)?$/.test(location.hash)) history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash);
}

customElements.define('rl-learn', LearnElement);
