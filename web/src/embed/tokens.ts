// The page's tokens (styles.css) for the elements: on the element itself instead of the page's root, and each to be set
// by the author: `--redloop-accent`, `--redloop-panel`, … win over ours.

import { css, unsafeCSS, type CSSResultGroup } from 'lit';
import sheet from '../styles.css?inline';

const own = sheet
  .replace(/:root\[data-theme=['"]?(\w+)['"]?\]/g, ':host([data-theme=$1])')
  .replace(/:root/g, ':host')
  .replace(/--([\w-]+):\s*([^;}]+)/g, '--$1: var(--redloop-$1, $2)');

/** What every element of ours begins with. The sheet is a file of this project, not data. */
export const tokens: CSSResultGroup = [
  unsafeCSS(own),
  css`
    :host { display: block; contain: layout style; color: var(--text); font: 14px/1.45 var(--sans); text-align: left; }
    :host([hidden]) { display: none; }
  `,
];
