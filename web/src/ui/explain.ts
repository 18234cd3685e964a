// The one sentence: what just happened and why. It is shown at once, and heard when it has settled: a stream of events is
// not read out event by event.

import { css, html, type TemplateResult } from 'lit';
import { words } from '../model/words/page.ts';
import { Explainer } from '../model/explain/explain.ts';
import { explainWith } from '../model/explain/seam.ts';
import { tell } from '../model/explain/tell.ts';
import { colours, shared, StoreElement } from './base.ts';
import { mark } from './mark.ts';

/** A sentence is heard once it has stood for so long; of a stream of them one is heard after at most this time. */
const SETTLED_MS = 700;
const UNHEARD_MS_MAX = 5000;

explainWith((infoOf) => new Explainer(infoOf), tell);

export class ExplainElement extends StoreElement {
  static override properties = { ...StoreElement.properties, spoken: { state: true } };

  static override styles = [
    shared,
    colours,
    css`
      :host { display: block; padding: 0 20px 16px; }
      p {
        margin: 0; min-height: 66px; padding: 12px 16px; border-radius: 10px; background: var(--panel);
        border: 1px solid var(--line); border-left: 3px solid var(--k, var(--accent)); box-shadow: var(--shadow);
        color: var(--muted); text-wrap: pretty; overflow-wrap: anywhere; transition: border-color var(--calm);
      }
      p .mark { color: var(--k); }
      b { color: var(--text); font-weight: 650; }
      @container page (max-width: 700px) { :host { padding: 0 14px 10px; } }
      /* On a tall phone it stays in sight above the card that one types in. */
      @media (min-height: 700px) {
        @container page (max-width: 600px) { :host { position: sticky; z-index: 3; top: 0; background: linear-gradient(var(--bg) 85%, transparent); } }
      }
      @media (forced-colors: active) { p { border-left-width: 6px; } }
    `,
  ];

  declare spoken: string;
  #shown = '';
  #spokenAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.half = 0;
    this.spoken = '';
  }

  override disconnectedCallback(): void {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult {
    const { session } = this.store;
    const { client, verdict, reason } = session.said ?? { client: null, verdict: words().greeting, reason: words().greetingWhy };
    this.#hear(`${verdict} ${reason}`);
    const colour = client === null ? null : (session.clients.get(client)?.colour ?? 0);
    return html`
      <p aria-hidden="true" class=${colour === null ? '' : `k${colour}`}>${colour === null ? '' : mark(colour)}<b>${verdict}</b> ${reason}</p>
      <div class="sr" role="status">${this.spoken}</div>`;
  }

  #hear(sentence: string): void {
    if (sentence === this.#shown) return;
    this.#shown = sentence;
    if (this.#timer !== undefined) {
      // Overdue: the timer that runs reads out whatever stands there then.
      if (performance.now() - this.#spokenAt > UNHEARD_MS_MAX) return;
      clearTimeout(this.#timer);
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#spokenAt = performance.now();
      this.spoken = this.#shown;
    }, SETTLED_MS);
  }
}

customElements.define('rl-explain', ExplainElement);
