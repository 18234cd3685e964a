// The breakpoints: a list and a small form, in a popover of the top bar.

import { css, html, nothing, type TemplateResult } from 'lit';
import { BREAKPOINT_KINDS, BREAKPOINTS_MAX, type Breakpoint } from '../model/breakpoints.ts';
import { utf8 } from '../model/bytes.ts';
import { words } from '../model/words/time.ts';
import { shared, StoreElement } from './base.ts';
import * as icons from './icons.ts';
import { said } from './said.ts';

export class BreakpointsElement extends StoreElement {
  static override properties = { ...StoreElement.properties, kind: { state: true }, problem: { state: true } };

  static override styles = [
    shared,
    css`
      :host { display: block; width: min(340px, calc(100vw - 48px)); padding: 8px 10px 10px; font-size: 13px; }
      p { margin: 6px 0 10px; color: var(--muted); }
      ul { margin: 0 0 10px; padding: 0; list-style: none; }
      li { display: flex; align-items: center; justify-content: space-between; gap: 8px; min-height: 30px; border-bottom: 1px solid var(--line-soft); font-family: var(--mono); }
      li button { display: grid; place-items: center; width: 26px; height: 26px; border-radius: 6px; color: var(--faint); }
      li button:hover { background: var(--raised); color: var(--text); }
      form { display: flex; gap: 6px; align-items: center; }
      select, input { font: 13px var(--sans); height: 30px; color: var(--text); background: var(--bg); border: 1px solid var(--line); border-radius: 7px; padding: 0 8px; min-width: 0; }
      input { flex: 1; font-family: var(--mono); }
      input:disabled { opacity: 0.4; }
      .problem { margin: 8px 0 0; color: var(--error); }
    `,
  ];

  declare kind: Breakpoint['kind'];
  declare problem: string;

  constructor() {
    super();
    this.kind = 'command';
    this.problem = '';
  }

  protected override render(): TemplateResult {
    const { breakpoints } = this.store;
    return html`
      <h2>${words().breakpoints}</h2>
      <p>${words().breakpointsAbout}</p>
      ${breakpoints.length === 0
        ? nothing
        : html`<ul>${breakpoints.map((each) => html`<li><span>${said(each, this.store.session.nameOf(Number(each.value)))}</span>
            <button aria-label=${words().remove(said(each, this.store.session.nameOf(Number(each.value))))} @click=${() => this.#remove(each)}>${icons.cross}</button></li>`)}</ul>`}
      <form @submit=${this.#add}>
        <select aria-label=${words().stopWhen} @change=${(event: Event) => (this.kind = (event.target as HTMLSelectElement).value as Breakpoint['kind'])}>
          ${BREAKPOINT_KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${words().kinds[kind]}</option>`)}
        </select>
        <input aria-label=${words().kinds[this.kind]} placeholder=${words().placeholders[this.kind]} ?disabled=${this.kind === 'error'}
          maxlength="120" autocomplete="off" autocapitalize="off" spellcheck="false" />
        <button class="btn small" ?disabled=${breakpoints.length >= BREAKPOINTS_MAX}>${words().add}</button>
      </form>
      ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
    `;
  }

  #add(event: SubmitEvent): void {
    event.preventDefault();
    const input = this.renderRoot.querySelector('input') as HTMLInputElement;
    const typed = input.value.trim();
    if (typed === '' && this.kind !== 'error') return;
    const client = this.store.session.named(typed);
    this.problem = this.kind === 'client' && client === undefined ? words().unknownClient(typed) : '';
    if (this.problem !== '') return;
    const value = this.kind === 'error' ? '' : this.kind === 'client' ? String(client?.id) : utf8(typed);
    const { breakpoints } = this.store;
    const id = Math.max(0, ...breakpoints.map((each) => each.id)) + 1;
    this.store.setBreakpoints([...breakpoints, { id, kind: this.kind, value }]);
    input.value = '';
  }

  #remove(breakpoint: Breakpoint): void {
    this.store.setBreakpoints(this.store.breakpoints.filter(({ id }) => id !== breakpoint.id));
  }
}

customElements.define('rl-breakpoints', BreakpointsElement);
