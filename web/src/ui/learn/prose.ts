// A lesson's text as templates: text nodes and a few elements, whatever is in the file.

import { css, html, type TemplateResult } from 'lit';
import type { Prose, Run } from '../../model/lessons/markdown.ts';

/** Text with its marks. */
export function runsView(runs: readonly Run[]): TemplateResult[] {
  return runs.map(({ mark, text, href }) => {
    switch (mark) {
      case 'code':
        return html`<code>${text}</code>`;
      case 'strong':
        return html`<strong>${text}</strong>`;
      case 'em':
        return html`<em>${text}</em>`;
      case 'link':
        return html`<a href=${href ?? '#'} rel="noreferrer">${text}</a>`;
      default:
        return html`${text}`;
    }
  });
}

/** A paragraph or a list. */
export function proseView(prose: Prose): TemplateResult {
  if (prose.kind === 'paragraph') return html`<p>${runsView(prose.runs)}</p>`;
  const items = prose.items.map((runs) => html`<li>${runsView(runs)}</li>`);
  return prose.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
}

export const proseStyles = css`
  p { margin: 0 0 12px; }
  ul, ol { margin: 0 0 12px; padding-left: 20px; }
  li { margin: 0 0 6px; }
  code { font: 0.9em var(--mono); padding: 1px 5px; border-radius: 5px; background: var(--raised); overflow-wrap: anywhere; }
  strong { font-weight: 650; }
  a { color: var(--accent); text-underline-offset: 2px; }
`;
