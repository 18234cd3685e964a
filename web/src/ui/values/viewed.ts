// What the viewers share that are elements of their own: a value, the time, and the language.

import { LitElement } from 'lit';
import type { KeyDetail, Micros } from '../../model/engine.ts';
import { speech } from '../spoken.ts';

/** An element that draws one value. It may be given its properties before its class has been fetched. */
export abstract class ViewedElement extends LitElement {
  static override properties: Record<string, object> = { detail: { attribute: false }, now: { attribute: false } };

  declare detail: KeyDetail;
  declare now: Micros;
  readonly #redraw = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    speech.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback(): void {
    speech.removeEventListener('change', this.#redraw);
    super.disconnectedCallback();
  }
}
