// The groups of a stream: how far each has come, who its consumers are, and which entries they have not acknowledged,
// for how long, and how often they were delivered.

import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../model/bytes.ts';
import type { GroupDetail, StreamDetail } from '../../model/engine.ts';
import { count, duration } from '../../model/units.ts';
import { shareOf } from '../../model/values/streams.ts';
import { words } from '../../model/words/viewers.ts';
import { shared, vars } from '../base.ts';
import { ViewedElement } from './viewed.ts';

export class StreamGroupsElement extends ViewedElement {
  static override styles = [
    shared,
    css`
      :host { display: block; font-family: var(--sans); font-size: 12px; color: var(--muted); }
      section + section { margin-top: 16px; padding-top: 12px; border-top: 1px solid var(--line); }
      h4 { margin: 0 0 4px; font: 600 12.5px var(--mono); color: var(--text); overflow-wrap: anywhere; }
      dl { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0 0 8px; font-size: 11.5px; }
      dl div { display: flex; gap: 5px; }
      dd { margin: 0; color: var(--text); font-variant-numeric: tabular-nums; }
      .share { display: flex; height: 12px; margin: 0 0 4px; border-radius: 4px; overflow: hidden; gap: 2px; background: var(--panel); }
      .share i { flex: var(--n) 0 auto; }
      .done { background: var(--k3); }
      .waiting { background: repeating-linear-gradient(135deg, var(--k1) 0 4px, color-mix(in srgb, var(--k1) 45%, var(--panel)) 4px 7px); }
      .unread { background: var(--line-soft); box-shadow: inset 0 0 0 1px var(--line); }
      .key { display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 0 0 10px; padding: 0; list-style: none; font-size: 11.5px; font-variant-numeric: tabular-nums; }
      .key i { display: inline-block; width: 10px; height: 10px; margin-right: 5px; border-radius: 3px; vertical-align: -1px; }
      table { width: 100%; margin: 0 0 10px; border-collapse: collapse; font: 12px var(--mono); }
      caption { padding: 2px 0; text-align: left; font: 600 11.5px var(--sans); color: var(--muted); }
      th, td { padding: 3px 10px 3px 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--line-soft); overflow-wrap: anywhere; vertical-align: top; }
      thead th { font: 11.5px var(--sans); color: var(--muted); }
      td { color: var(--text); }
      td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
      tr > :last-child { padding-right: 0; }
      tr.gone .id { text-decoration: line-through; color: var(--faint); }
      p { margin: 0 0 8px; }
      @media (forced-colors: active) { .share i, .key i { border: 1px solid CanvasText; } .done { background: CanvasText; } }
    `,
  ];

  protected override render(): TemplateResult {
    const { stream } = this.detail;
    if (stream === undefined) return html``;
    return html`${stream.groups.map((group) => this.#group(group, stream))}${stream.groupsMore > 0 ? html`<p>${words().more(stream.groupsMore)}</p>` : nothing}`;
  }

  #group(group: GroupDetail, stream: StreamDetail): TemplateResult {
    const name = words().group(text(group.name));
    return html`<section aria-label=${name}>
      <h4>${name}</h4>
      <dl>
        <div><dt>${words().delivered}</dt><dd>${group.last}</dd></div>
        <div><dt>${words().lag}</dt><dd>${group.lag === null ? words().unknown : count(group.lag)}</dd></div>
        <div><dt>${words().waiting}</dt><dd>${count(group.waiting)}</dd></div>
      </dl>
      ${share(group, stream)}
      ${group.consumers.length === 0 ? html`<p>${words().noConsumers}</p>` : this.#consumers(group)}
      ${group.waiting === 0 ? html`<p>${words().nonePending}</p>` : this.#pending(group)}
    </section>`;
  }

  #consumers({ consumers }: GroupDetail): TemplateResult {
    return html`<table>
      <thead><tr><th scope="col">${words().consumer}</th><th scope="col" class="number">${words().waiting}</th><th scope="col" class="number">${words().seen}</th></tr></thead>
      <tbody>${consumers.map(({ name, waiting, seen }) => html`<tr><td>${text(name)}</td><td class="number">${count(waiting)}</td><td class="number">${words().ago(this.#since(seen))}</td></tr>`)}</tbody>
    </table>`;
  }

  #pending({ pending, waiting }: GroupDetail): TemplateResult {
    return html`<table>
      <caption>${words().pendingEntries}</caption>
      <thead><tr><th scope="col">${words().entry}</th><th scope="col">${words().consumer}</th><th scope="col" class="number">${words().since}</th><th scope="col" class="number">${words().deliveries}</th></tr></thead>
      <tbody>${pending.map(({ id, consumer, at, count: times, gone }) => html`<tr class=${gone ? 'gone' : ''} title=${gone ? words().goneEntry : nothing}>
        <td class="id">${id}${gone ? html`<span class="sr">${words().goneEntry}</span>` : nothing}</td><td>${consumer === '' ? words().nobody : text(consumer)}</td>
        <td class="number">${this.#since(at)}</td><td class="number">${words().times(times)}</td></tr>`)}</tbody>
    </table>
    ${waiting > pending.length ? html`<p>${words().more(waiting - pending.length)}</p>` : nothing}`;
  }

  #since(at: number): string {
    return duration(Math.floor(Math.max(0, this.now - at) / 1e6) * 1e6);
  }
}

/** Of all that was ever added: what the group is done with, what is pending, what is unread. */
function share(group: GroupDetail, stream: StreamDetail): TemplateResult | typeof nothing {
  const parts = shareOf(group, stream);
  if (parts === null) return nothing;
  const kinds = (['done', 'waiting', 'unread'] as const).map((kind) => [kind, parts[kind]] as const);
  return html`<div class="share" aria-hidden="true">${kinds.filter(([, n]) => n > 0).map(([kind, n]) => html`<i class=${kind} ${vars({ n })}></i>`)}</div>
    <ul class="key">${kinds.map(([kind, n]) => html`<li><i class=${kind} aria-hidden="true"></i>${count(n)} ${words()[kind]}</li>`)}</ul>`;
}

customElements.define('rl-stream-groups', StreamGroupsElement);
