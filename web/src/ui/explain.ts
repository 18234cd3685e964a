// The one sentence: what just happened and why. A polite live region, so that it is heard as well.

import { css, html, type TemplateResult } from 'lit';
import { Explainer } from '../model/explain/explain.ts';
import { explainWith } from '../model/explain/seam.ts';
import { colours, shared, StoreElement } from './base.ts';

explainWith((nameOf, infoOf) => new Explainer(nameOf, infoOf));

export class ExplainElement extends StoreElement {
  static override styles = [
    shared,
    colours,
    css`
      :host { display: block; padding: 0 20px 16px; }
      p {
        margin: 0; min-height: 66px; padding: 12px 16px; border-radius: 10px; background: var(--panel);
        border: 1px solid var(--line); border-left: 3px solid var(--k, var(--accent)); box-shadow: var(--shadow);
        color: var(--muted); text-wrap: pretty; transition: border-color var(--calm);
      }
      b { color: var(--text); font-weight: 650; }
      kbd { font: 12.5px var(--mono); color: var(--text); background: var(--raised); padding: 1px 5px; border-radius: 4px; }
      @container page (max-width: 700px) { :host { padding: 0 14px 10px; } }
    `,
  ];

  protected override render(): TemplateResult {
    const { session } = this.store;
    const now = session.explanation;
    if (now === null) {
      return html`<p role="status"><b>Type a command at a client.</b> You will see it arrive in the queue, run on the one thread, and its reply leave. Or pick a scene at the top: each takes half a minute.</p>`;
    }
    const colour = now.client === null ? '' : `k${session.clients.get(now.client)?.colour ?? 0}`;
    return html`<p role="status" class=${colour}><b>${now.verdict}</b> ${now.reason}</p>`;
  }
}

customElements.define('rl-explain', ExplainElement);
