// A vector set: drawn by an element of its own.

import { html } from 'lit';
import { onlyLook, viewer } from './registry.ts';

viewer('vectorset', {
  looks: onlyLook((detail) => {
    void import('./vectors.ts');
    return html`<rl-vectors .detail=${detail}></rl-vectors>`;
  }),
});
