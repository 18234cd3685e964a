// One entry of a client's log in the chosen view: text as redis-cli prints it, the bytes with remarks, JSON, or a table.
//
// Views other than text are made of the bytes that the log keeps; where they are not kept any more, text stays. What was
// made once is kept as long as its entry.

import { css, html, type TemplateResult } from 'lit';
import type { Entry, Wire } from '../model/repl.ts';
import { language } from '../model/words/words.ts';

/** The views, in the menu's order. */
export const VIEWS = ['text', 'resp', 'json', 'table'] as const;
export type ViewName = (typeof VIEWS)[number];

const made = new WeakMap<Wire, Map<string, TemplateResult>>();

/** How the other views are made: loaded when the first is chosen. */
let views: typeof import('./reply-views.ts') | undefined;

/** Resolves when {@link entryView} can show this view. */
export async function loadView(view: ViewName): Promise<void> {
  if (view !== 'text') views ??= await import('./reply-views.ts');
}

/** The entry's lines. */
export function entryView(entry: Entry, view: ViewName): TemplateResult {
  if (entry.kind === 'command') {
    const line = html`<pre class="command"><b>${entry.prompt}</b> ${entry.text}</pre>`;
    return view === 'resp' && views !== undefined && entry.wire !== null ? html`${line}${kept(entry.wire, view, views.bytes)}` : line;
  }
  if (entry.kind === 'help') return html`<pre class="help" lang=${language()}>${entry.text.split(/(?<=\n)/).map((line) => html`<span>${line}</span>`)}</pre>`;
  const { wire: sent } = entry;
  if (view === 'text' || views === undefined || sent === null || sent.reply === null) return html`<pre class="${entry.kind} ${entry.tone}">${entry.text}</pre>`;
  const body = kept(sent, view, view === 'resp' ? views.bytes : view === 'json' ? views.json : views.table);
  return entry.kind === 'push' ? html`<div class="push">${body}</div>` : body;
}

function kept(of: Wire, view: ViewName, make: (wire: Wire) => TemplateResult): TemplateResult {
  let views = made.get(of);
  if (views === undefined) made.set(of, (views = new Map()));
  const key = `${view} ${language()}`;
  let body = views.get(key);
  if (body === undefined) views.set(key, (body = make(of)));
  return body;
}

/** Styles of the views, for the element that shows them. */
export const replyStyles = css`
  .wire { display: grid; grid-template-columns: minmax(0, max-content) minmax(7em, 1fr); gap: 0 14px; margin: 2px 0 6px; padding: 4px 8px; border-radius: 6px; background: var(--raised); }
  .wire.sent { border-left: 2px solid var(--k); }
  .wire code { font: inherit; overflow-wrap: anywhere; color: var(--text); }
  .wire span { font: 12px/19px var(--sans); color: var(--muted); }
  .wire .d1 { padding-left: 1.2em; }
  .wire .d2 { padding-left: 2.4em; }
  .wire .d3 { padding-left: 3.6em; }
  .wire .d4 { padding-left: 4.8em; }
  .wire .d5 { padding-left: 6em; }
  .wire .d6 { padding-left: 7.2em; }
  .help span { display: block; padding-left: 13ch; text-indent: -13ch; }
  .help span:first-child { color: var(--k); padding-left: 2ch; text-indent: -2ch; }
  .json { color: var(--string); }
  .scroll { overflow-x: auto; margin: 3px 0 8px; }
  .scroll p { margin: 4px 0 0; font: 12px var(--sans); }
  table { border-collapse: collapse; font: 12.5px/1.5 var(--mono); }
  th { text-align: left; font: 600 11.5px/1.5 var(--sans); color: var(--muted); }
  th, td { padding: 2px 16px 2px 0; border-bottom: 1px solid var(--line-soft); vertical-align: top; white-space: pre-wrap; max-width: 40ch; overflow-wrap: anywhere; }
`;
