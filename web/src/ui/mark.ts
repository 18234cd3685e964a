// A client's mark: a small shape beside its colour, wherever the colour stands for the client, so that nobody needs to
// tell colours apart. It is decoration for those who hear the page: the name is always there too.

import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/** One shape for each colour, as a path in a box of 10 by 10; fill rule `evenodd`. */
export const SHAPES: readonly string[] = [
  'M5 .8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4z',
  'M1.2 1.2h7.6v7.6H1.2z',
  'M5 .9 9.6 9H.4z',
  'M5 .1 9.9 5 5 9.9.1 5z',
  'M3.5.6h3v2.9h2.9v3H6.5v2.9h-3V6.5H.6v-3h2.9z',
  'M5 .8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4zM5 3.1a1.9 1.9 0 1 0 0 3.8a1.9 1.9 0 1 0 0-3.8z',
  'M.8 1.3h8.4v2.7H.8zM.8 6h8.4v2.7H.8z',
  'M5 9.1.4 1h9.2z',
];

/** The shape as an SVG path, to be placed in a drawing. It has the size 10 and its colour by its class. */
export function shape(colour: number): SVGTemplateResult {
  return svg`<path d=${SHAPES[colour % SHAPES.length] as string} fill-rule="evenodd" />`;
}

/** The mark in front of a name; it takes the text's colour. */
export function mark(colour: number): TemplateResult {
  return html`<svg class="mark" width="10" height="10" viewBox="0 0 10 10" fill="currentColor" aria-hidden="true">${shape(colour)}</svg>`;
}
