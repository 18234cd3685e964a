// The time that is left to a key or a field: a ring that empties, and the time in words.

import { css, html, svg, type TemplateResult } from 'lit';
import { duration } from '../model/units.ts';

/** What a ring shows in full. */
const RING_US = 60e6;
/** Less than this is shown as urgent. */
const SOON_US = 5e6;

export const ttlStyles = css`
  .ttl { flex: none; display: inline-flex; align-items: center; gap: 4px; font-size: 11px; color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
  .ttl.soon { color: var(--accent); }
  .ttl circle { fill: none; stroke: var(--line); stroke-width: 2.4; }
  .ttl circle + circle { stroke: currentColor; }
`;

/** Microseconds that are left; `says` makes a sentence of them. */
export function ttl(us: number, says: (left: string) => string): TemplateResult {
  const left = Math.max(0, us);
  const part = Math.min(1, left / RING_US);
  return html`<span class="ttl ${left < SOON_US ? 'soon' : ''}" title=${says(duration(Math.ceil(left / 1e5) * 1e5))}>
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${svg`<circle cx="7" cy="7" r="5.4"/><circle cx="7" cy="7" r="5.4" pathLength="100" stroke-dasharray="${100 * part} 100" transform="rotate(-90 7 7)"/>`}</svg>
    ${duration(Math.ceil(left / 1e6) * 1e6)}</span>`;
}
