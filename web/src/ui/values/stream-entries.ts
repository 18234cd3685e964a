// The entries of a stream, a page of them: ID, age, fields.

import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../model/bytes.ts';
import type { Micros, StreamDetail } from '../../model/engine.ts';
import { count, duration } from '../../model/units.ts';
import { ageOf } from '../../model/values/streams.ts';
import { words } from '../../model/words/viewers.ts';
import { shared } from '../base.ts';
import { pairs, shown } from './registry.ts';
import { ViewedElement } from './viewed.ts';

export class StreamEntriesElement extends ViewedElement {
  static override styles = [
    shared,
    css`
      :host { display: block; font: 12px/1.5 var(--mono); }
      dl.facts { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0 0 6px; font: 11.5px var(--sans); color: var(--muted); }
      dl.facts div { display: flex; gap: 5px; }
      dl.facts dd { margin: 0; color: var(--text); font-variant-numeric: tabular-nums; }
      ol { margin: 0; padding: 0; list-style: none; }
      li { padding: 5px 0 6px; border-top: 1px solid var(--line-soft); }
      .id { display: flex; justify-content: space-between; gap: 10px; color: var(--number); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
      .age { flex: none; font: 11.5px/1.6 var(--sans); color: var(--muted); }
      dl.fields { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: 0 12px; margin: 2px 0 0; }
      dl.fields dt { color: var(--muted); overflow-wrap: anywhere; }
      dl.fields dd { margin: 0; color: var(--string); overflow-wrap: anywhere; }
      p { margin: 0; font: 12px var(--sans); color: var(--muted); }
    `,
  ];

  protected override render(): TemplateResult {
    const { stream } = this.detail;
    if (stream === undefined) return html``;
    return html`${facts(stream)}${stream.entries.length === 0 ? html`<p>${words().noEntries}</p>` : html`<ol>${stream.entries.map((entry) => this.#entry(entry))}</ol>`}`;
  }

  #entry([id = '', ...fields]: readonly string[]): TemplateResult {
    return html`<li><div class="id"><span>${id}</span>${age(id, this.now)}</div>
      <dl class="fields">${pairs(fields).map(([field, value]) => html`<dt>${text(field)}</dt><dd>${shown(value)}</dd>`)}</dl></li>`;
  }
}

function facts({ last, added, deleted, nodes }: StreamDetail): TemplateResult {
  return html`<dl class="facts">
    <div><dt>${words().lastId}</dt><dd>${last}</dd></div><div><dt>${words().added}</dt><dd>${count(added)}</dd></div><div><dt>${words().nodes}</dt><dd>${count(nodes)}</dd></div>
    ${deleted === '0-0' ? nothing : html`<div><dt>${words().deletedId}</dt><dd>${deleted}</dd></div>`}
  </dl>`;
}

function age(id: string, now: Micros): TemplateResult | typeof nothing {
  const us = ageOf(id, now);
  if (us === null) return nothing;
  const said = duration(Math.floor(Math.abs(us) / 1e6) * 1e6);
  return html`<span class="age">${us < 0 ? words().ahead(said) : words().ago(said)}</span>`;
}

customElements.define('rl-stream-entries', StreamEntriesElement);
