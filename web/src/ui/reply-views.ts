// A reply as bytes with remarks, as JSON, or as a table.

import { html, nothing, type TemplateResult } from 'lit';
import { cut, type Wire } from '../model/repl.ts';
import { json as jsonOf } from '../model/views/json.ts';
import { table as tableOf } from '../model/views/table.ts';
import { wire as wireOf } from '../model/views/wire.ts';
import { words } from '../model/words/reply.ts';

/** Every line of RESP with a remark. */
export function bytes(of: Wire): TemplateResult {
  const lines = wireOf(of.bytes);
  return html`<div class="wire ${of.reply === null ? 'sent' : 'came'}">${lines.map((line) => html`<code class="d${Math.min(line.depth, 6)}">${line.bytes}</code><span>${line.note}</span>`)}</div>`;
}

/** JSON, as far as it goes. */
export function json({ reply }: Wire): TemplateResult {
  return html`<pre class="json">${reply === null ? '' : cut(jsonOf(reply))}</pre>`;
}

/** Rows and columns, as the command suggests. */
export function table({ reply, argv }: Wire): TemplateResult {
  if (reply === null) return html``;
  const { columns, rows, more } = tableOf(reply, argv);
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${words().tableOf(argv[0] ?? words().noCommand)}><table>
      <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${rows.length === 0 ? html`<tr><td colspan=${columns.length} class="faint">${words().empty}</td></tr>` : rows.map((row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
    </table>${more > 0 ? html`<p class="faint">${words().moreRows(more)}</p>` : nothing}</div>`;
}
