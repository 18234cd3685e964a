// The few icons of the page, drawn here so that nothing is fetched. All are 16 by 16 and take the text's colour.

import { svg, type SVGTemplateResult } from 'lit';
import { html, type TemplateResult } from 'lit';

const draw = (body: SVGTemplateResult): TemplateResult => html`<svg
  width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${body}</svg>`;

export const play = draw(svg`<path d="M5 3.2v9.6l7.6-4.8z" fill="currentColor"/>`);
export const pause = draw(svg`<path d="M5.2 3.5v9M10.8 3.5v9" stroke-width="2.6"/>`);
export const step = draw(svg`<path d="M4 3.5v9l6.2-4.5z" fill="currentColor"/><path d="M12.6 3.5v9" stroke-width="2.2"/>`);
export const back = draw(svg`<path d="M12 3.5v9L5.8 8z" fill="currentColor"/><path d="M3.4 3.5v9" stroke-width="2.2"/>`);
export const branch = draw(svg`<circle cx="4" cy="3.6" r="1.6"/><circle cx="4" cy="12.4" r="1.6"/><circle cx="12" cy="5.6" r="1.6"/><path d="M4 5.2v5.6M12 7.2c0 2.6-3.6 2.2-6.6 3.8"/>`);
export const stop = draw(svg`<circle cx="8" cy="8" r="4.6" fill="currentColor"/>`);
export const plus = draw(svg`<path d="M8 3.2v9.6M3.2 8h9.6"/>`);
export const cross = draw(svg`<path d="M4 4l8 8M12 4l-8 8"/>`);
export const down = draw(svg`<path d="M4 6.2 8 10l4-3.8"/>`);
export const copy = draw(svg`<rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.6"/><path d="M3 10.2V4.4C3 3.6 3.6 3 4.4 3h5.8"/>`);
export const save = draw(svg`<path d="M8 2.8v7M5 7.2 8 10l3-2.8M3 13.2h10"/>`);
export const theme = draw(svg`<circle cx="8" cy="8" r="5.4"/><path d="M8 2.6a5.4 5.4 0 0 1 0 10.8z" fill="currentColor"/>`);
export const warn = draw(svg`<path d="M8 2.6 14 13H2z"/><path d="M8 6.6v3M8 11.4v.1"/>`);
export const keyboard = draw(svg`<rect x="1.5" y="4" width="13" height="8.5" rx="1.6"/><path d="M4 6.8h.1M6.7 6.8h.1M9.3 6.8h.1M12 6.8h.1M5 9.8h6"/>`);
export const erase = draw(svg`<path d="M5.5 3.5h8v9h-8L1.8 8z"/><path d="m7.5 6.3 3.4 3.4m0-3.4-3.4 3.4"/>`);
export const send = draw(svg`<path d="M8 13V3.2M3.8 7.2 8 3l4.2 4.2"/>`);
export const edit = draw(svg`<path d="M3 13l.7-2.9 6.9-6.9 2.2 2.2-6.9 6.9z"/>`);
export const share = draw(svg`<path d="M8 10V2.6M5 5.2 8 2.6l3 2.6M4.4 7.6H3.2v5.8h9.6V7.6h-1.2"/>`);
export const check = draw(svg`<path d="M3.4 8.6 6.6 11.8 12.8 4.8" stroke-width="2"/>`);
export const left = draw(svg`<path d="M9.8 4 6 8l3.8 4"/>`);
export const right = draw(svg`<path d="M6.2 4 10 8l-3.8 4"/>`);
export const halt = draw(svg`<rect x="4.4" y="4.4" width="7.2" height="7.2" rx="1" fill="currentColor"/>`);
export const then = draw(svg`<path d="M2.8 8a5.3 5.3 0 1 0 1.7-3.9L2.8 5.6M2.8 2.8v2.8h2.8M8 5.2V8l2 1.4"/>`);
